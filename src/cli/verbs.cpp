#include "cli/demo/demo.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/forge_verbs.hpp"
#include "cli/machine_verbs.hpp"
#include "cli/verb.hpp"
#include "cli/waiting.hpp"

#include <array>

namespace diorama::cli {

namespace {

std::vector<Flag> with_waiting(std::vector<Flag> flags, std::string_view limit)
{
    const auto more = waiting_flags(limit);
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
}

constexpr std::string_view up_limit = "how long to wait, e.g. 90s (15m)";
constexpr std::string_view down_limit = "how long to wait, e.g. 90s (5m)";

std::vector<Verb> make_environment_verbs()
{
    return {
        {
         .name = "up",
         .words = "[REPOSITORY]",
         .most = 1,
         .about = "put up an environment, or bring it to its newest commit",
         .text =
                "REPOSITORY is a URL or a folder. Without it, the repository you stand in is "
                "meant,\n"
                "by the URL of its remote `origin`, or by its path where it has none; without a "
                "flag\n"
                "that says which, its current branch. The log goes to stderr, the URLs to stdout.", .flags = with_waiting(
                {
                    {"--branch", "NAME", "show this branch"},
                    {"--pr", "NUMBER", "show this pull request"},
                    {"--commit", "SHA", "show exactly this commit"},
                    {"--name", "NAME", "an environment with a name of its own"},
                    {"--ref", "REF", "what it shows, e.g. refs/tags/v1"},
                }, up_limit
            ), .examples =
                {"diorama up",
                 "diorama up . --branch main",
                 "diorama up https://git.example/shop.git --pr 7",
                 "diorama up --name demo --ref refs/tags/v1 --no-wait"},
         .run = up,
         },
        {
         .name = "down",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "take an environment down, with all that belongs to it",
         .text = "At a terminal it asks first; elsewhere --yes is needed.",
         .flags = with_waiting({{"-y,--yes", "", "do not ask"}}, down_limit),
         .examples = {"diorama down shop-main", "diorama down shop-main --yes --no-wait"},
         .run = down,
         },
        {
         .name = "ls",
         .about = "list environments",
         .flags =
                {
                    {"-a,--all", "", "those that are gone, too"},
                    {"--state", "STATE", "only these: ready, failed, asleep …", true},
                    {"--project", "NAME", "only those of this project"},
                }, .examples =
                {"diorama ls",
                 "diorama ls --state failed,updating",
                 "diorama ls -o json --columns name,url"},
         .run = ls,
         },
        {
         .name = "show",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "show one environment and its services",
         .examples = {"diorama show shop-main", "diorama show shop-main -o yaml"},
         .run = show,
         },
        {
         .name = "open",
         .words = "ENV [SERVICE]",
         .least = 1,
         .most = 2,
         .about = "print its URL; at a desktop, open it",
         .examples = {"diorama open shop-main", "curl $(diorama open shop-main api)"},
         .run = open,
         },
        {
         .name = "logs",
         .words = "ENV [SERVICE …]",
         .least = 1,
         .most = 20,
         .about = "show its build, deploy and container logs",
         .text = "With -o json a line is an object. A stream that breaks goes on where it was.",
         .flags =
                {
                    {"-f,--follow", "", "show new lines as they come"},
                    {"-n,--tail", "COUNT", "this many of the newest lines, or all (200)"},
                    {"--since", "TIME", "lines since then: 10m, or 2026-03-01T12:00:00Z"},
                    {"--type", "TYPE", "only these: build, deploy, container, system", true},
                    {"-t,--timestamps", "", "show when each line was written"},
                }, .examples =
                {"diorama logs shop-main --follow",
                 "diorama logs shop-main web api --since 10m",
                 "diorama logs shop-main --type build --tail all"},
         .run = logs,
         },
        {
         .name = "redeploy",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "build and start it anew",
         .flags = with_waiting({}, up_limit),
         .examples = {"diorama redeploy shop-main"},
         .run = redeploy,
         },
        {
         .name = "sleep",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "put it to sleep; a visit, a push or `diorama wake` wakes it",
         .text =
                "frozen wakes in milliseconds, stopped as fast as its containers start, archived "
                "is put up\n"
                "anew from the images and volumes that are kept.", .flags = {{"--to", "RUNG", "frozen, stopped or archived (frozen)"}},
         .examples = {"diorama sleep shop-main", "diorama sleep shop-main --to stopped"},
         .run = put_to_sleep,
         },
        {
         .name = "wake",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "wake it",
         .examples = {"diorama wake shop-main"},
         .run = wake,
         },
        {
         .name = "pin",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "keep it awake and alive, however long nobody uses it",
         .examples = {"diorama pin shop-main"},
         .run = pin,
         },
        {
         .name = "unpin",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "let it sleep and end as others do",
         .examples = {"diorama unpin shop-main"},
         .run = unpin,
         },
        {
         .name = "extend",
         .words = "ENV TIME",
         .least = 2,
         .most = 2,
         .about = "let it live longer by a time",
         .examples = {"diorama extend shop-main 2d"},
         .run = extend,
         },
        {
         .name = "cancel",
         .words = "ENV",
         .least = 1,
         .most = 1,
         .about = "end the deployment that is under way or waits",
         .text =
                "What serves goes on serving. It answers when nothing of the deployment runs any "
                "more.", .examples = {"diorama cancel shop-main"},
         .run = cancel,
         },
        {
         .name = "why",
         .words = "ENV|OWNER/NAME#NUMBER",
         .least = 1,
         .most = 1,
         .about = "say why it is as it is, and what to do next",
         .text = "A pull request has an answer too when it has no environment.",
         .examples = {"diorama why shop-main", "diorama why acme/shop#7"},
         .run = why,
         },
    };
}

std::vector<Verb> make_forge_verbs()
{
    return {
        {
         .name = "approvals",
         .about = "list commits of strangers that wait for an approval",
         .examples = {"diorama approvals"},
         .run = approvals,
         },
        {
         .name = "approve",
         .words = "ENV COMMIT",
         .least = 2,
         .most = 2,
         .about = "let a stranger's commit run",
         .text = "COMMIT is at least 7 digits of what you looked at. It holds for this commit "
                    "alone:\n"
                    "the next push waits again.", .examples = {"diorama approve shop-pr-7 1a2b3c4"},
         .run = approve,
         },
        {
         .name = "deliveries ls",
         .about = "list webhooks, and what became of each",
         .flags =
                {
                    {"--verdict", "WORD", "waiting, acted, nothing, refused or failed"},
                    {"--repository", "OWNER/NAME", "only those about this repository"},
                    {"--pr", "NUMBER", "only those about this pull request"},
                }, .examples =
                {"diorama deliveries ls",
                 "diorama deliveries ls --repository acme/shop --verdict refused"},
         .run = deliveries_ls,
         },
        {
         .name = "deliveries show",
         .words = "ID",
         .least = 1,
         .most = 1,
         .about = "show one webhook as it came",
         .examples = {"diorama deliveries show 0197a0b0-0000-7000-8000-000000000000"},
         .run = deliveries_show,
         },
        {
         .name = "deliveries replay",
         .words = "ID",
         .least = 1,
         .most = 1,
         .about = "take a webhook in again",
         .examples = {"diorama deliveries replay 0197a0b0-0000-7000-8000-000000000000"},
         .run = deliveries_replay,
         },
        {
         .name = "brake",
         .about = "say whether a mass removal is held back",
         .text = "When a forge suddenly lists far fewer pull requests, or a change of the "
                    "settings would\n"
                    "end many environments at once, nothing is taken down before somebody said "
                    "that it is\n"
                    "true.", .examples = {"diorama brake"},
         .run = brake,
         },
        {
         .name = "brake release",
         .about = "look at each pull request the brake holds, and end what is closed or over",
         .examples = {"diorama brake release"},
         .run = brake_release,
         },
    };
}

std::vector<Verb> make_machine_verbs()
{
    return {
        {
         .name = "serve",
         .about = "run the daemon: API and gateway",
         .flags =
                {
                    {"--config", "FILE", "instead of diorama.toml in the usual places"},
                    {"--data", "FOLDER", "where it keeps what it has (DIORAMA_DATA)"},
                }, .examples = {"diorama serve", "diorama serve --config /etc/diorama/diorama.toml"},
         .direct = serve,
         },
        {
         .name = "demo",
         .about = "see it work: from a pull request to a URL, on this machine",
         .text =
                "Starts a daemon and a small forge of its own, with an example of three services. "
                "A branch\n"
                "is put up; a pull request comes up by its webhook, is renewed under load, and "
                "shows one\n"
                "comment; a stranger's pull request waits for an approval. It stays until Ctrl-C, "
                "then takes\n"
                "everything down. It needs a Docker Engine, git and a static busybox.", .flags = {{"--check", "", "prove each step and that nothing is left; do not stay"}},
         .examples = {"diorama demo", "diorama demo --check"},
         .direct = demo,
         },
        {
         .name = "doctor",
         .about = "check the machine, and say what to mend",
         .examples = {"diorama doctor", "diorama doctor -o json"},
         .run = doctor,
         },
        {
         .name = "cleanup",
         .about = "take away what nobody needs: idle and old environments, leftovers",
         .text = "It happens by itself each half hour; this does it now, and what is held back, "
                    "too. "
                    "At a\n"
                    "terminal it shows what would go and asks; elsewhere --yes is needed.", .flags =
                {{"--dry-run", "", "only show what would go, and why"},
                 {"-y,--yes", "", "do not ask"}},
         .examples = {"diorama cleanup --dry-run", "diorama cleanup --yes -o json"},
         .run = cleanup,
         },
        {
         .name = "owed",
         .about = "list objects that could not be removed, since when and why",
         .text = "Each is tried again by itself, less and less often.",
         .examples = {"diorama owed", "diorama owed --columns name,problem,next_try"},
         .run = owed,
         },
        {
         .name = "top",
         .about = "show the queue, what runs, what it uses, and what is left",
         .text = "At a terminal it is drawn anew every two seconds until Ctrl-C. A star marks "
                    "what is\n"
                    "pinned.", .flags = {{"--once", "", "show it once"}},
         .examples = {"diorama top", "diorama top --once", "diorama top -o json"},
         .run = top,
         },
        {
         .name = "token create",
         .words = "NAME",
         .least = 1,
         .most = 1,
         .about = "make a token; it is shown once",
         .flags =
                {
                    {"--scope", "RIGHT", "only these: read, operate, deploy …", true},
                    {"--expires", "TIME", "end it after this time, e.g. 30d"},
                }, .examples = {"diorama token create ci --scope read,deploy --expires 90d"},
         .run = token_create,
         },
        {
         .name = "token ls",
         .about = "list tokens",
         .examples = {"diorama token ls"},
         .run = token_ls,
         },
        {
         .name = "token revoke",
         .words = "ID",
         .least = 1,
         .most = 1,
         .about = "make a token useless",
         .examples = {"diorama token revoke 0197a0b0-0000-7000-8000-000000000000"},
         .run = token_revoke,
         },
        {
         .name = "version",
         .about = "which Diorama this is, and which one answers",
         .examples = {"diorama version"},
         .run = version,
         },
    };
}

}  // namespace

std::span<const Verb> verbs()
{
    static const std::vector<Verb> all = [] {
        auto made = make_environment_verbs();
        for (Verb& verb : make_forge_verbs())
            made.push_back(std::move(verb));
        for (Verb& verb : make_machine_verbs())
            made.push_back(std::move(verb));
        return made;
    }();
    return all;
}

std::span<const Flag> common_flags()
{
    static constexpr std::array flags{
        Flag{"-o,--output", "FORMAT", "table, json, yaml or md (table)"},
        Flag{"--columns", "NAMES", "choose columns, e.g. name,url", true},
        Flag{"--server", "URL", "the daemon (DIORAMA_SERVER, http://127.0.0.1:3000)"},
        Flag{"--token-file", "FILE", "the token to use (DIORAMA_TOKEN)"},
        Flag{"-h,--help", "", "this text"},
    };
    return flags;
}

std::span<const Flag> common_flags(const Verb& verb)
{
    return verb.direct ? common_flags().last(1) : common_flags();
}

}  // namespace diorama::cli
