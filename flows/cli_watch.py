"""`vigie incidents list | show` and `vigie channels test`."""

from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import counts, fail, local, now, of, table, wrapped

if TYPE_CHECKING:
    from config.settings import Settings
    from state.records import Incident, Step

incidents = typer.Typer(help="Incidents: negative surges, from opening to end.")
channels = typer.Typer(help="Channels: whom Vigie tells, and by what.")


@incidents.command("list")
def list_incidents(
    context: typer.Context,
    brand: Annotated[str | None, typer.Option(help="Of this brand only.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that go on.")] = False,
) -> None:
    """List incidents, newest first."""
    with of(context).house() as house:
        zone = house.config.vigie.timezone
        found = house.state.incidents.list(brand=brand, open_only=open_only)
        rows = [
            (
                i.id,
                i.brand,
                i.tier,
                i.state,
                local(i.opened_at, zone),
                local(i.closed_at, zone),
                i.observed,
                f"{i.expected:.1f}",
            )
            for i in sorted(found, key=lambda i: i.opened_at, reverse=True)
        ]
        if not rows:
            typer.echo("no incident; 'vigie watch' looks for one now")
            return
        table(("id", "brand", "tier", "state", "opened", "closed", "seen", "expected"), rows, wide=0)


@incidents.command()
def show(context: typer.Context, incident_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one incident: its figures, its evidence and what was sent about it."""
    with of(context).house() as house:
        incident = house.state.incidents.get(incident_id)
        if incident is None:
            raise typer.Exit(fail(f"no incident has the id {incident_id}; 'vigie incidents list' lists them", 1))
        typer.echo(describe(incident, house.config.vigie.timezone, house.settings))
        deliveries = house.state.outbox.list(subject=incident.id)
        rows = [
            (d.step, d.channel, d.recipient, d.status, local(d.sent_at, house.config.vigie.timezone))
            for d in deliveries
        ]
        table(("step", "channel", "to", "status", "sent"), rows, wide=2)


def describe(incident: "Incident", zone: str, settings: "Settings") -> str:
    """The incident as the messages tell it."""
    from alerts.message import incident_message
    from flows.deeplinks import incident_links

    step: Step = "updated" if incident.state != "closed" else "closed"
    links = incident_links(settings)(incident, "en")
    message = incident_message(incident, "en", zone=zone, step=step, links=links)
    return wrapped(message.text)


@channels.command()
def test(context: typer.Context, name: Annotated[str, typer.Argument(help="The channel's name.")]) -> None:
    """Send a test message by one channel."""
    with of(context).house() as house:
        if name not in house.config.channels:
            known = ", ".join(sorted(house.config.channels)) or "none yet"
            raise typer.Exit(fail(f"no channel is called '{name}'; the channels are: {known}", 2))
        from flows.jobs import trial_subject, try_channel

        moment = now()
        fates = try_channel(house, name, lambda: moment)
        typer.echo(f"{name}: {counts(fates)}")
        if not fates.get("sent"):
            errors = [d.error for d in house.state.outbox.list(subject=trial_subject(name, moment)) if d.error]
            raise typer.Exit(fail(errors[-1] if errors else "not sent", 1))


def add_to(app: typer.Typer) -> None:
    """Give these groups to the application."""
    app.add_typer(incidents, name="incidents")
    app.add_typer(channels, name="channels")
