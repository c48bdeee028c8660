"""The network that is tuned and shipped: the body, and a head for each thing that is read.

Sentiment reads the mean of all tokens and the mean of the `[T]` tokens (of all, when no target is marked). Crisis
signals and aspects have attention of their own for each label (Mullenbach et al. 2018), so that one sentence of a
long text is enough, and so that the model can say which one it was. The rest reads the mean.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import BertModel

from mentions.model import CRISIS_LABELS
from nlp.card import ASPECTS, EXTRAS
from training.encoder import WIDTH

HIDDEN = 256


class Logits(NamedTuple):
    """[n, 3], [n, 11], [n, 12], [n, 4], and the attention of each crisis label over the tokens, [n, 11, s]."""

    sentiment: Tensor
    crisis: Tensor
    aspects: Tensor
    extras: Tensor
    carried: Tensor


class LabelAttention(nn.Module):
    """One logit per label from the tokens that this label looks at."""

    def __init__(self, labels: int) -> None:
        """`labels` queries and as many readings."""
        super().__init__()
        self.queries = nn.Linear(WIDTH, labels, bias=False)
        self.values = nn.Linear(WIDTH, labels)

    def forward(self, states: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [n, labels] and attention [n, labels, s]; `hidden` is very negative at padding, [n, 1, s]."""
        looks = torch.softmax(self.queries(states).transpose(1, 2) + hidden, dim=-1)
        return (looks * self.values(states).transpose(1, 2)).sum(-1), looks


class Reader(nn.Module):
    """See the module."""

    def __init__(self, body: BertModel, target: int) -> None:
        """`target` is the number of the `[T]` token."""
        super().__init__()
        self.body = body
        self.target = target
        self.dropout = nn.Dropout(0.1)
        self.mood = nn.Linear(2 * WIDTH, HIDDEN)
        self.sentiment = nn.Linear(HIDDEN, 3)
        self.crisis = LabelAttention(len(CRISIS_LABELS))
        self.aspects = LabelAttention(len(ASPECTS))
        self.extras = nn.Linear(WIDTH, len(EXTRAS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Logits:
        """Logits of token numbers [n, s] and their mask [n, s]."""
        states = self.dropout(self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state)
        every = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * every).sum(1) / every.sum(1)
        marked = (input_ids == self.target).unsqueeze(-1).to(states.dtype)
        count = marked.sum(1)
        about = (states * marked).sum(1) / count.clamp(min=1)
        about = torch.where(count > 0, about, mean)
        mood = torch.nn.functional.gelu(self.mood(torch.cat([mean, about], dim=-1)))
        hidden = (1 - attention_mask.unsqueeze(1).to(states.dtype)) * -1e4
        crisis, carried = self.crisis(states, hidden)
        aspects, _ = self.aspects(states, hidden)
        return Logits(self.sentiment(self.dropout(mood)), crisis, aspects, self.extras(mean), carried)
