"""How long the engine waits for what. Tests shorten these intervals; nothing else does."""

from dataclasses import dataclass

from flask import Flask

ENGINE_TIMINGS_KEY = "engine_timings"


@dataclass(frozen=True)
class EngineTimings:
    """Intervals and time-outs of one engine, all in seconds."""

    # PRAGMA data_version answers in microseconds, so looking for a change ten times a second is
    # cheap, and a blast that is due leaves within 0.2 s.
    change_poll: float = 0.1
    # While nothing is to be done, a commit of this process wakes the engine at once and the next
    # due moment is known: only commits of other processes are looked for, this often. Ten times a
    # second cost 1.4 % of a core (docs/performance.md).
    idle_poll: float = 1.0
    # While texts leave, every commit is a change; the schedule is read this often at most.
    schedule_poll: float = 0.1
    # How often a process that does not lead looks whether it may.
    standby: float = 1.0
    # The leader renews its lease this often …
    heartbeat: float = 3.0
    # … and one that missed five renewals is frozen: somebody else may take the lead.
    leader_timeout: float = 15.0
    lookup_poll: float = 1.0
    # After a round that found nothing due.
    lookup_idle: float = 3.0
    # Ten look-ups a second at most, beside the sending.
    lookup_spacing: float = 0.1
    lookup_retry: float = 5.0
    alert_poll: float = 3.0
    alert_retry: float = 5.0
    release_retry: float = 5.0
    # How often is looked whether the hours of a held text have opened.
    held_poll: float = 1.0
    # How much later while no text is held: an idle process hardly uses the processor.
    held_idle: float = 4.0
    # How often the carrier's list of texts to us is read, after what time again when it could not
    # be, and how often is asked whether somebody wants it read now.
    catch_up_interval: float = 3600.0
    catch_up_retry: float = 15.0
    catch_up_poll: float = 5.0
    # How long sending waits for the first look after a change of the lead, when the carrier
    # answers with errors, and when it does not answer at all.
    catch_up_hold: float = 600.0
    catch_up_hold_unreachable: float = 3600.0
    replay_retry: float = 1.0
    # How often the whole file is checked, how often while it is damaged, and how long sending
    # waits for the first check: 200,000 texts (82 MB) take 0.6 s of a core.
    integrity_interval: float = 86_400.0
    integrity_retry: float = 60.0
    integrity_wait: float = 10.0
    # When the carrier is unreachable or broken, one text goes to try after this.
    hold: float = 60.0

    @property
    def max_claim_age(self) -> float:
        """How old a claim may be when its request is sent.

        An engine that slept longer may have lost the lead meanwhile: its last heartbeat before the
        sleep was up to `heartbeat` seconds old.
        """
        return self.leader_timeout - self.heartbeat


def get_engine_timings(app: Flask) -> EngineTimings:
    """Return the timings of an app: the defaults, unless its extensions have others."""
    timings: EngineTimings | None = app.extensions.get(ENGINE_TIMINGS_KEY)
    return timings or EngineTimings()
