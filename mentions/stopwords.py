"""Words too common to be news, as `mentions.text.tokens` gives them (no accents, elisions split)."""

_FRENCH = """
a ai aie ait alors apres as au aucun aucune aujourd aujourdhui
aussi autre autres aux avaient avais avait avant avec avez avoir
avons ayant beaucoup bien bon bonjour c ca car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez
ci comme comment contre d dans de deja depuis derriere des deux devant devez doit doivent donc dont du elle elles en
encore entre es est et etaient etais etait etant ete etes etre eu eux fait faire fais faut font hier hors hui il ils
j jamais je jusqu jusque l la le les leur leurs lors lorsque lui m ma maintenant mais malgre me meme memes merci mes
mieux moi moins mon n ne ni non nos notre nous on ont ou par parce pas pendant personne peu peut peuvent peux plus
plusieurs plutot pour pourquoi pourtant pouvez pres puis puisque qu quand quant que quel quelle quelles quelqu quelque
quelques quels qui quoi rien s sa sans sauf se selon sera serait seront ses si sinon soi soit sommes son sont sous
souvent suis sur t ta tandis tant te tel telle tels tes toi ton toujours tous tout toute toutes tres trop tu un une
vers veut veux via voici voila voir vont vos votre vous vraiment vu y
"""
_ENGLISH = """
a about above after again against all almost also although always am among an and another any anyone anything are aren
around as at away be because been before being below between both but by came can cannot could couldn d did didn do
does doesn doing don done down during each either else enough even ever every few for from further get gets getting go
goes going gone got had hadn has hasn have haven having he hello her here hers herself hi him himself his how however i
if in instead into is isn it its itself just least less let like ll m made make makes many may maybe me might mine more
most much must my myself neither never no nor not nothing now of off often oh ok okay on once one only onto or other
others our ours out over own per please quite rather re really s said same say says see seem seems shan she should
shouldn since so some someone something soon still such sure t than thank thanks that the their theirs them themselves
then there these they thing things this those though through thus to together too toward towards two under until up
upon us use used using ve very via want was wasn way we well went were weren what when where whether which while who
whole whom whose why will with within without won would wouldn yes yet you your yours yourself
aint arent cant couldnt didnt doesnt hadnt hasnt havent isnt mustnt neednt shouldnt wasnt werent wont wouldnt
"""
_WEB = "http https www com org net html php amp nbsp quot gt lt fr utm source medium campaign"

STOP_WORDS: frozenset[str] = frozenset(f"{_FRENCH} {_ENGLISH} {_WEB}".split())
