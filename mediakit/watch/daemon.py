"""The loop: scan, settle, look into, give a verdict, make, and say what is going on. It ends only when it is told to.

    events, clock -> scan -> Settling -> what_is_missing -> Book -> Feedback, Rounds -> Book, report

Everything that may take long or die happens elsewhere: scoring and rendering in worker processes, rounds in a thread. What
goes wrong in one turn is said, and the next turn comes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from mediakit.batch.apart import main_left_alone
from mediakit.batch.ledger import rebuild
from mediakit.batch.outfolder import ledger_path, only_run, sweep
from mediakit.batch.shoot import Ignored, Refusal
from mediakit.errors import ExitCode
from mediakit.watch.book import Book, text
from mediakit.watch.doorman import Doorman
from mediakit.watch.feedback import Feedback, reach_for
from mediakit.watch.habits import POLLED_SETTLE_S, SETTLE_S, Habits
from mediakit.watch.heart import BEAT_S, Heart, notify
from mediakit.watch.means import ENVIRONMENT, Means
from mediakit.watch.notice import POLL_S, POLLED_SCAN_S, SCAN_S, Notices, notices_for
from mediakit.watch.posting import WAITS, PostFiles
from mediakit.watch.reception import Reception
from mediakit.watch.root import Root
from mediakit.watch.rounds import Made, Order, RoundOver, Rounds, Seen
from mediakit.watch.settle import Settling, relative
from mediakit.watch.tell import Teller
from mediakit.watch.voice import Unfailing, Voice

AFTER_EVENT_S = 0.1
"""Until the scan that an event asks for: events come in swarms."""
SCAN_SHARE = 5.0
"""A scan may take one part in this many of the time: a tree of a hundred thousand files is not walked without pause."""
FEW_EVENTS = 100
ROUND_PAUSE_S = 20.0
"""After a round that ended early."""


class Daemon:
    """Watches one root for one output folder. `run` it; `stop` and `stop_now` may be called from signal handlers."""

    def __init__(self, order: Order, habits: Habits, voice: Voice, clock: Callable[[], float] = time.monotonic) -> None:
        self._order, self._habits, self._clock = order, habits, clock
        self._voice: Voice = Unfailing(voice)
        self._stopping = threading.Event()
        self._draining = False
        self._notices: Notices = notices_for(order.root, habits.mode)
        settle_s = habits.settle_s if habits.settle_s is not None else self._usual_settle_s()
        self._settling = Settling(settle_s, whole_folders=habits.whole_folders)
        self._refused: tuple[Refusal, ...] = ()
        self._ignored: tuple[Ignored, ...] = ()
        self._post_files = PostFiles(settle_s)
        self._root = Root(order.root, habits.ignore)
        self._next_scan_s = self._scan_rest_s = 0.0
        self._next_round_s = 0.0
        self._first_round = True
        self._last_scan = 0.0
        self._means = Means(order.out, habits.least_free_bytes)
        self._obstacle = ""

    def run(self) -> ExitCode:
        """Watch until told to stop. Raises a SetupError where the output folder is another's or cannot be written to."""
        with ExitStack() as stack:
            stack.enter_context(only_run(self._order.out))
            stack.enter_context(main_left_alone())
            stack.callback(self._notices.close)
            self._heart = Heart(self._order.out)
            self._open_book(stack)
            return self._watch()

    def _open_book(self, stack: ExitStack) -> None:
        wake, preset = self._notices.wake, self._order.preset.preset
        self._book = stack.enter_context(Book(self._order.out))
        self._left = self._book.begin()
        self._tell = Teller(self._order, self._book, self._voice)
        feedback = Feedback(
            preset.limits, scored=preset.score.measure, reach=reach_for(self._order.root, self._order.out)
        )
        stack.callback(feedback.close)
        doorman = Doorman(self._order.root, preset.limits)
        stack.callback(doorman.close)
        self._readers = (feedback, doorman)
        self._reception = Reception(self._settling, self._book, feedback, doorman, wake=wake)
        self._rounds = Rounds(self._order, self._book, self._means, keep_going=self._makes, wake=wake)
        self._rounds.write_missing_notes()

    def stop(self) -> None:
        """Take nothing new, let what runs finish."""
        self._draining = True
        self._notices.wake()

    def stop_now(self) -> None:
        """End the process here; its workers die with it. Nothing is half-written; what was claimed is made next time."""
        sweep(self._order.out)
        os._exit(ExitCode.INTERRUPTED)

    def _goes_on(self) -> bool:
        return not self._draining

    def _makes(self) -> bool:
        return not self._draining and not self._means.obstacle()

    def _usual_settle_s(self) -> float:
        return SETTLE_S if self._notices.mode == "events" else POLLED_SETTLE_S

    def _watch(self) -> ExitCode:
        root, mode = str(self._order.root), self._notices.mode
        self._book.say("started", root=root, mode=mode, left_by_a_dead_daemon=self._left)
        self._voice.remark(f"Watching {self._order.root} ({self._notices.mode}, settle {self._settling.settle_s:g} s).")
        notify("READY=1")
        events: set[str] = set()
        while self._goes_on():
            self._turn_safely(events)
            if self._habits.once and self._all_done():
                break
            events = self._notices.wait(self._pause_s())
        return self._end()

    def _hear_of(self, events: set[str]) -> None:
        """A few files are looked at now; all are, which many need and what was taken away, as soon as they may be."""
        now = self._clock()
        if len(events) <= FEW_EVENTS:
            self._settling.notice(self._root.look_at(events), now)
        self._settling.touch(relative(events, str(self._order.root)), now)
        self._next_scan_s = min(self._next_scan_s, max(now + AFTER_EVENT_S, self._scan_rest_s))

    def _turn_safely(self, events: set[str]) -> None:
        """Whatever goes wrong in one turn must not be the last thing that happens."""
        try:
            self._turn(events)
        except sqlite3.DatabaseError as error:
            self._after_trouble_with_the_ledger(error)
        except Exception as error:
            self._book.say("mistake", error=f"{type(error).__name__}: {error}")
            self._voice.remark(f"mediakit made a mistake and goes on: {type(error).__name__}: {error}")
            self._notices.wait(POLL_S)

    def _after_trouble_with_the_ledger(self, error: Exception) -> None:
        """Locked: the next turn tries again. Damaged: it is built anew, and every file is received anew.

        Where nothing can be written at all, that is said instead; until it can be, the ledger stays closed.
        """
        if not isinstance(error, sqlite3.ProgrammingError):  # that it is closed still has been said in other words
            self._voice.remark(f"The ledger cannot be used at the moment ({error}).")
        with contextlib.suppress(Exception):
            if self._means.obstacle():
                self._look_at_means()
        with contextlib.suppress(Exception):
            self._rounds.join(None)
            self._book.close()
            if rebuild(ledger_path(self._order.out)):
                self._voice.remark("The ledger was damaged and is built anew from what is there.")
        with contextlib.suppress(Exception):
            self._book.open()
            self._book.begin()
            self._settling.receive_anew(self._clock())
        self._notices.wait(POLL_S)

    def _turn(self, events: set[str]) -> None:
        if events:
            self._hear_of(events)
        now = self._clock()
        if now >= self._next_scan_s:
            self._scan(now)
        if not self._root.offline:
            self._reception.glance(self._clock(), self._beat)
            self._reception.look_into(self._clock, self._goes_on, self._meanwhile)
        self._hear_of_scores()
        self._hear_of_rounds()
        self._look_at_means()
        self._maybe_begin_a_round()
        self._beat()

    def _meanwhile(self) -> None:
        """Between two of a long row of files: nobody waits for all of them to hear what one photo is worth."""
        self._hear_of_scores()
        self._beat()

    def _beat(self, *, now: bool = False) -> None:
        """A sign of life, which renews the lease. A daemon that slept so long that another took over goes."""
        if self._heart.beat(self.state, now=now) and not self._book.renew():
            self._voice.remark("Another mediakit has taken over this output folder; this one stops.")
            self._draining = True

    def _look_at_means(self) -> None:
        """Without room nothing is made; said once, and again when there is room. Then what waited for it is due at once."""
        before, self._obstacle = self._obstacle, self._means.obstacle()
        if self._obstacle and not before:
            self._tell.all(f"Nothing is made at present. {self._obstacle}", "no-room")
        if before and not self._obstacle:
            if not self._rounds.busy:
                sweep(self._order.out)  # what could not even be taken away
            self._book.hurry(ENVIRONMENT)
            self._tell.all("There is room again; work goes on.", "room-again")

    def _scan(self, now: float) -> None:
        shoot, was_offline = self._root.scan(), self._root.offline
        self._root.offline = shoot is None
        if shoot is None:
            if not was_offline:
                self._tell.all(f"{self._root.path} is not there; waiting for it.", "root-offline")
            self._next_scan_s = now + POLL_S
            return
        if was_offline:
            self._tell.all(f"{self._root.path} is back.", "root-back")
            for reader in self._readers:
                reader.renew()
        self._refused, self._ignored = shoot.refused, shoot.ignored
        self._post_files.see(self._root.path, shoot.sources, now)
        self._settling.see(shoot.sources, now)
        self._last_scan = time.time()
        took_s = self._clock() - now
        self._scan_rest_s = now + took_s * SCAN_SHARE
        usual_s = self._habits.scan_s or (SCAN_S if self._notices.mode == "events" else POLLED_SCAN_S)
        self._next_scan_s = max(now + (usual_s if not self._habits.once else 0.5), self._scan_rest_s)

    def _hear_of_scores(self) -> None:
        for outcome in self._reception.results():
            self._tell.scored(outcome)

    def _hear_of_rounds(self) -> None:
        while not self._rounds.news.empty():
            match self._rounds.news.get():
                case Made(outcome, seconds):
                    self._tell.made(outcome, seconds)
                case RoundOver(error=None, posts=posts, notes=notes):
                    self._tell.posts(posts, notes)
                    self._post_files.heard(held=any(note.code == WAITS for note in notes))
                case RoundOver(error=sqlite3.DatabaseError() as error):
                    raise error
                case RoundOver(error=Exception() as error):
                    self._next_round_s = self._clock() + ROUND_PAUSE_S
                    self._tell.round_failed(error)

    def _maybe_begin_a_round(self) -> None:
        if self._rounds.busy or self._root.offline or self._clock() < self._next_round_s or not self._makes():
            return
        due = self._book.due()
        sources = self._settling.whole_sources
        is_due = bool(due) and any(text(source.rel) in due for source in sources)
        is_settled = self._first_round and bool(sources) and not self._settling.quiet(self._clock())
        waiting = tuple(self._settling.waiting(self._clock()))
        is_asked = bool(sources) and self._post_files.is_due(self._clock(), waiting)
        if not (is_due or is_settled or is_asked or self._rounds.unfinished or self._rounds.is_report_due):
            return
        self._first_round = False
        self._post_files.begin(waiting)
        self._rounds.start(Seen(tuple(sources), self._refused, waiting))

    def _pause_s(self) -> float:
        pauses = [self._next_scan_s - self._clock(), BEAT_S]
        due_s = self._settling.next_due_s(self._clock())
        if due_s is not None:
            pauses.append(due_s + 0.01)
        glance_s = self._settling.next_glance_s(self._clock())
        if glance_s is not None:
            pauses.append(max(0.1, glance_s))
        return max(0.02, min(pauses))

    def _all_done(self) -> bool:
        """For --once: everything that is there was whole and is through, or has to wait longer than anybody would."""
        if self._rounds.busy or self._rounds.unfinished or not self._rounds.news.empty() or self._root.offline:
            return False
        waits = [w for w in self._settling.waiting(self._clock()) if not w.looked_into and w.why != "empty so far"]
        rels = {text(s.rel) for s in self._settling.whole_sources}
        return not waits and not (rels & self._book.due()) and self._last_scan > 0

    def _end(self) -> ExitCode:
        """Drain: what runs may finish, within the time of grace."""
        notify("STOPPING=1")
        if self._rounds.busy:
            self._voice.remark("Stopping: finishing what is being made. Once more to stop at once.")
        if not self._rounds.join(self._habits.grace_s):
            self._book.say("stopped", drained=False)
            self.stop_now()
        self._hear_of_scores()
        self._hear_of_rounds()
        if not self._root.offline and (self._settling.whole_sources or self._settling.waiting(self._clock())):
            # The last report tells of everything, also of what came while the last round ran. It makes nothing.
            self._draining = True
            self._rounds.start(
                Seen(tuple(self._settling.whole_sources), self._refused, tuple(self._settling.waiting(self._clock())))
            )
            self._rounds.join(None)
            self._hear_of_rounds()
        self._heart.beat(lambda: {**self.state(), "stopped": True}, now=True)
        self._book.end()
        self._book.say("stopped", drained=True)
        failed = any(a.state in ("quarantined", "retry-wait") for a in self._book.all())
        return ExitCode.SOME_FAILED if self._habits.once and (failed or self._tell.failed) else ExitCode.OK

    def state(self) -> dict[str, Any]:
        """What the heart says: for `status`, for a monitor, for the live page."""
        return {
            "root": str(self._order.root),
            "online": not self._root.offline,
            "mode": self._notices.mode,
            "settle_s": self._settling.settle_s,
            "last_scan": self._last_scan,
            "making": self._rounds.busy,
            "obstacle": self._obstacle,
            "waiting": [{"path": text(w.rel), "why": w.why} for w in self._settling.waiting(self._clock())[:50]],
            "ignored": [{"path": text(i.rel), "why": f"its name is like {i.pattern}"} for i in self._ignored],
        }
