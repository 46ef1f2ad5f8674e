#!/usr/bin/env python3
"""mutants.py BUILD SEEDS [WORDS]: shows that the simulation can fail; with WORDS, by those faults
only whose description or file has them.
mutants.py --check: only that each of them still has its place in the source.

Each mutant is one deliberate fault in one file of the engine. It is compiled from a changed copy,
linked before the engine's library, and must be found within SEEDS lives. Prints a table; exits 1
when one lives on. The engine itself knows nothing of this.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What it breaks; the file; a text that stands there once; what stands there instead.
MUTANTS = [
    ("things are made for a wish that is no longer wanted", "ledger.cpp",
     "        if (owner->wanted.generation != row.generation)\n"
     '            return Error{Code::superseded, "a newer wish came"};\n',
     ""),
    ("a lease is not renewed", "workers.cpp",
     "        const auto renewed = co_await caught(renew(job));",
     "        const Result<> renewed = ok();"),
    ("a clock that leaps sets two workers on one scene", "workers.cpp",
     "while (bell_.is_worked_on(environment) && !working.stop_requested())", "while (false)"),
    ("a row is forgotten though its object stays", "ledger.cpp",
     "    if (!removed) {\n        const auto owed",
     "    if (!removed && removed.error().code == Code::none) {\n        const auto owed"),
    ("what the forge did not answer counts as closed", "look.cpp",
     "    if (!facts) co_return facts.error();\n    ForgeFacts answer",
     "    if (!facts) {\n"
     "        facts = known.record.facts;\n"
     "        facts->number = known.record.facts.number;\n"
     "        facts->status = PullRequest::Status::closed;\n"
     "    }\n    ForgeFacts answer"),
    ("a pull request that is not listed counts as closed", "poller.cpp",
     "        for (const Leaver& each : leavers)\n"
     "            pull_requests::ask(tx, each.project, each.number, now);\n"
     "        return std::optional<Brake>{};",
     "        for (const Leaver& each : leavers) {\n"
     "            auto gone = pull_requests::find(tx, each.project, each.number).value();\n"
     "            gone.facts.status = PullRequest::Status::closed;\n"
     "            pull_requests::note(tx, gone, 0);\n"
     "        }\n"
     "        return std::optional<Brake>{};"),
    ("rules that changed judge only what changes", "poller.cpp",
     "!before.empty() && before.mapped().rules != mark;", "false;"),
    ("a second comment is made when an answer was lost", "telling.cpp",
     "if (stood || told.comment_intended) {", "if (stood) {"),
    ("the status of an older commit is left pending", "telling.cpp",
     "        const auto closed = co_await close_status();\n"
     "        if (!closed) co_return closed.error();\n",
     ""),
    ("a status whose answer was lost is not said again", "telling.cpp",
     '    told.status_hash = pending ? "pending" : "";',
     "    told.status_hash = noted(status);"),
    ("an approval counts for every commit", "clearance.cpp",
     "approval && approval->commit == commit ?", "approval ?"),
    ("an approval is forgotten that comes while the forge is asked", "look.cpp",
     "decide(rules, repository_of(known.project), facts, now_known->approval);",
     "decide(rules, repository_of(known.project), facts, known.record.approval);"),
    ("a stranger's commit runs unasked when its number is named", "clearance.cpp",
     "case Trust::none: return not_approved(tx, project, number, wanted);",
     "case Trust::none: return Clearance{wanted};"),
    ("older attempts are not superseded", "wishes.cpp",
     "    deployments::supersede(tx, seen.id, wanted->wanted.generation, moment.now);\n"
     "    const auto queued",
     "    const auto queued"),
    ("a deployment that failed by what passes is not tried again", "reconciler.cpp",
     "    if (facts.failures > 0) co_return co_await try_again(std::move(facts));\n", ""),
    ("the newest commit is given up when an older one is made whole", "reconciler.cpp",
     "            look_later(tx, environment, now + patience);",
     "            static_cast<void>(look_later);"),
    ("what the scene lost does not come back", "reconciler.cpp",
     "    if (seen.state == State::ready && is_incomplete(remains))",
     "    if (false && is_incomplete(remains))"),
    ("the gate is not waited for", "rollout.cpp",
     "    const auto well = co_await retry(world_, stop_.get_token(), attempt);",
     "    const Result<> well = ok();"),
    ("the cause keeps its secrets", "deployment_run.cpp",
     "world_.logs.redact(environment_.id, cause.text())", "cause.text()"),
    ("the switch is not published", "deployment_run.cpp",
     "    const auto published = co_await shop_.publisher.publish(stop_);\n"
     "    if (!published) co_return published.error();\n"
     "    const auto done",
     "    const auto done"),
    ("images outlive their last use", "teardown.cpp",
     "        image_uses::release_all(tx, environment.id);\n", ""),
    ("ports are never given back", "teardown.cpp",
     "        ports::release(tx, environment.id);\n", ""),
    ("the list of open pull requests is compared only when it changed", "poller.cpp",
     "    if (!answer->unchanged) last =",
     "    if (answer->unchanged) co_return std::optional<Listed>{};\n    last ="),
    ("nobody looks for what has no row", "astray.cpp",
     "        if (known.contains(Key{object.type, object.name})) continue;\n", "        continue;\n"),
    ("what is owed is not tried again", "astray.cpp",
     "if (entry.status == EntryStatus::owed && entry.next_try.value_or(now) <= now)",
     "if (false)"),
    ("the route stays while the scene freezes", "sleep/lie_down.cpp",
     "    const auto published = co_await shop.publisher.publish(stop);\n"
     "    if (!published) co_return published.error();\n",
     ""),
    ("what wakes is routed to, and goes on standing still", "sleep/wake_up.cpp",
     "        up = co_await thaw_all(world, sleeper->containers);", "        up = true;"),
    ("the way up is not told to the gateway", "sleep/wake_up.cpp",
     "    const auto published = co_await shop.publisher.publish(stop);\n"
     "    if (!published) co_return published.error();\n",
     ""),
    ("who stands at the door is not heard", "sleep/waker.cpp",
     "const auto wished = wishes::wake(tx, *seen, moment);", "const auto wished = seen;"),
    ("what was archived stays so when somebody comes", "reconciler.cpp",
     "    if (!*awake) co_return co_await make_whole(std::move(facts));",
     "    if (!*awake) co_return ok();"),
    ("a failed update leaves the scene that slept asleep", "sleep/rung.cpp",
     "    return environment.wanted.presence == Presence::awake && !is_on_its_rung(environment);",
     "    return environment.wanted.presence == Presence::awake && !is_on_its_rung(environment) &&\n"
     "           environment.state == State::asleep;"),
    ("what was frozen is never stopped", "sleep/rung.cpp",
     "rung == Presence::stopped ? Quieting::stop : Quieting::nothing;", "Quieting::nothing;"),
    ("networks outlive what is archived", "sleep/lie_down.cpp",
     "return entry.type == EntryType::volume; });",
     "return entry.type != EntryType::container; });"),
    ("what vanished in its sleep keeps its row", "sleep/lie_down.cpp",
     "            tasks.push_back(ledger.remove(entry));", "            continue;"),
    ("what is pinned is taken down", "cleanup/endings.cpp",
     "return rests && !environment.pinned &&", "return rests &&"),
    ("what was extended is taken down", "cleanup/endings.cpp",
     "environment.kept_until.value_or(now) <= now", "true"),
    ("time that the clock leapt over makes things idle", "cleanup/attendance.cpp",
     "if (now - last_ > 2 * every)", "if (false)"),
    ("what the clock took down comes back by itself", "cleanup/ended.cpp",
     "        case Actor::Type::timer: return actor.name;",
     "        case Actor::Type::timer: return std::nullopt;"),
    ("what a person took down comes back by itself", "cleanup/ended.cpp",
     'return "stopped by token " + actor.name;', "return std::nullopt;"),
    ("a stranger's that was taken down comes back to wait", "look.cpp",
     "        case Answer::hold: {\n"
     "            if (const auto resting = rests(tx, place, request)) return *resting;\n",
     "        case Answer::hold: {\n"),
    ("what a comment stopped comes back by itself", "cleanup/ended.cpp",
     'return "stopped by " + actor.name;', "return std::nullopt;"),
    ("nobody asks what may do who writes a command", "comments/orders.cpp",
     'if (permission == Permission::write) return "";', 'if (permission != Permission::unknown) return "";'),
    ("a command acts once for each delivery that tells of it", "intake.cpp",
     "        deliveries::find_by_comment(tx, hint.repository.id, hint.comment))",
     "        deliveries::find_by_comment(tx, hint.repository.id, hint.comment) && false)"),
    ("a command is carried out, and not settled", "comments/carry_out.cpp",
     "        acted ? Verdict::acted : Verdict::nothing,",
     "        Verdict::waiting,"),
    ("what is asked for while it goes down is forgotten", "comments/carry_out.cpp",
     "    pull_requests::ask(it.tx, it.place.project.id, it.place.facts.number, now + pause);\n",
     ""),
    ("what is over is announced, and not taken down", "cleanup/cleaner.cpp",
     "        const auto going = end_by_clock(tx, *seen, each.why, moment);\n"
     "        if (!going) return going.error();\n",
     ""),
    ("images may take as much as they like", "cleanup/plan.cpp",
     "if (freed >= excess.bytes) break;", "break;"),
    ("who finds no place is put up all the same", "deployment_prepare.cpp",
     "    if (answer->answer == Admission::Answer::admitted) {",
     "    if (answer->answer != Admission::Answer::refused) {"),
    ("one more awake than may be stays awake", "queue/doorman.cpp",
     "    return {overflow(limits, occupancy), called(limits, occupancy, now)};",
     "    return {{}, called(limits, occupancy, now)};"),
    ("what is cancelled takes over all the same", "deployment_run.cpp",
     '        if (is_final(attempt->status)) return Error{Code::superseded, "it was cancelled"};\n',
     ""),
]


def command_of(build, file):
    """How the build compiles the engine's `file`."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith(f"/src/engine/{file}"):
            return shlex.split(entry["command"]), entry["directory"]
    sys.exit(f"{build} does not compile src/engine/{file}")


def changed_source(index, file, old, new):
    source = (ROOT / "src/engine" / file).read_text()
    if source.count(old) != 1:
        sys.exit(f"mutant {index}: its text stands {source.count(old)} times in {file}, not once")
    return source.replace(old, new)


def mutate(index, file, old, new, folder):
    changed = folder / f"{index}_{file.replace('/', '_')}"
    changed.write_text(changed_source(index, file, old, new))
    return changed


def compile_object(build, file, changed):
    command, folder = command_of(build, file)
    while not pathlib.Path(command[0]).name.startswith("clang"):
        command.pop(0)  # The cache: it would only fill with these.
    target = changed.with_suffix(".o")
    command[command.index("-o") + 1] = str(target)
    command[command.index("-c") + 1] = str(changed)
    subprocess.run([*command, "-w"], cwd=folder, check=True)
    return target


def link(build, target, program):
    """As the build links `simulate`, with the mutant's object first: it is found before the
    library's own."""
    lines = subprocess.run(
        ["ninja", "-C", str(build), "-t", "commands", "simulate"],
        capture_output=True, text=True, check=True).stdout.splitlines()
    line = re.sub(r"^: && | && :$", "", lines[-1])
    command = shlex.split(line)
    at = command.index("-o")
    command[at + 1] = str(program)
    command.insert(at, str(target))
    subprocess.run(command, cwd=build, check=True)


def lives_until_found(program, seeds):
    """How many lives it took to find the fault, and what was said; None when it was not found."""
    run = subprocess.run(
        [program, "--seeds", str(seeds), "--seed", "1", "--first"], capture_output=True, text=True)
    found = re.search(r"^seed (\d+): (.*)", run.stdout, re.MULTILINE)
    return (int(found[1]), found[2]) if found else None


def chosen_by(words):
    chosen = [(index, mutant) for index, mutant in enumerate(MUTANTS, 1)
              if words in mutant[0] or words in mutant[1]]
    return chosen or sys.exit(f"no mutant has {words!r} in its description or file")


def check():
    for index, (_, file, old, new) in enumerate(MUTANTS, 1):
        changed_source(index, file, old, new)
    print(f"{len(MUTANTS)} mutants have their place")
    return 0


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    build, seeds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    chosen = chosen_by(" ".join(sys.argv[3:]))
    folder = build / "mutants"
    folder.mkdir(exist_ok=True)
    alive = 0
    for index, (fault, file, old, new) in chosen:
        changed = mutate(index, file, old, new, folder)
        program = folder / f"mutant_{index}"
        link(build, compile_object(build, file, changed), program)
        found = lives_until_found(program, seeds)
        alive += found is None
        said = f"life {found[0]:4}: {found[1][:90]}" if found else f"NOT FOUND in {seeds} lives"
        print(f"{index:2}  {fault:<62}  {said}", flush=True)
        program.unlink()
    print(f"{len(chosen)} mutants, {alive} not found")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
