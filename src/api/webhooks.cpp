#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "forge/github/webhook.hpp"

#include <array>

namespace diorama::api {

namespace {

/// A body beyond it is hashed and read beside the loop.
constexpr std::size_t large = 256U << 10U;

/// What is kept of a delivery's head. The signature is not: it would help to find the secret.
constexpr std::array<std::string_view, 6> kept_fields{
    "X-GitHub-Event",
    "X-GitHub-Delivery",
    "X-GitHub-Hook-ID",
    "User-Agent",
    "Content-Type",
    "X-Forwarded-For"
};

std::string kept_headers(const Headers& headers)
{
    Node node = Node::Map{};
    for (const std::string_view name : kept_fields) {
        if (headers.has(name)) node.set(name, display(headers.get(name), 200));
    }
    return write_json(node);
}

/// Both words must be there: a delivery without an id of its own would be taken for another one.
Result<> check_words(const Headers& headers)
{
    for (const std::string_view name : {"X-GitHub-Event", "X-GitHub-Delivery"}) {
        const auto word = headers.get(name);
        if (!word.empty() && word.size() <= 100 && display(word) == word) continue;
        return Error{
            Code::invalid,
            fmt::format("the header {} is missing or no word", name),
            "Let GitHub send it, or give both headers as GitHub does."
        };
    }
    return ok();
}

/// What is known of a delivery that is not believed.
Arrival stranger(const Request& request)
{
    return {
        .hint =
            {.forge = "github",
                   .delivery = display(request.headers.get("X-GitHub-Delivery"), 100),
                   .event = display(request.headers.get("X-GitHub-Event"), 100)},
        .remote = request.remote,
        .headers = kept_headers(request.headers)
    };
}

/// Whose secret it was, in the name's spelling that the delivery uses where it is the same one.
std::string signer_of(const github::WebhookSecret& secret, const Hint& hint)
{
    const std::string& now = hint.repository.name;
    return lower(secret.repository) == lower(now) ? now : secret.repository;
}

/// Takes the body out of a request that is believed: it may be large.
Result<Arrival> believed(const WebhookDoor& door, Request& request)
{
    // Of two signatures one could be checked here and the other one elsewhere.
    const auto signatures = request.headers.all("X-Hub-Signature-256");
    const auto signer = github::find_signer(
        door.secrets, signatures.size() == 1 ? signatures.front() : "", request.body
    );
    if (!signer) return signer.error();
    const auto words = check_words(request.headers);
    if (!words) return words.error();
    const auto hint = github::read_webhook(
        {.event = request.headers.get("X-GitHub-Event"),
         .delivery = request.headers.get("X-GitHub-Delivery"),
         .body = std::move(request.body),
         .web = door.web}
    );
    if (!hint) {
        Error error = hint.error();
        if (error.mend.empty())
            error.mend = "Choose the content type application/json in GitHub's webhook.";
        return error;
    }
    return Arrival{
        .hint = *hint,
        .remote = request.remote,
        .headers = kept_headers(request.headers),
        .body = request.body,
        .signer = signer_of(**signer, *hint)
    };
}

Task<Response> take_in(Context& context, Arrival arrival)
{
    const auto receipt = co_await context.intake.receive(std::move(arrival));
    if (!receipt) co_return problem(receipt.error());
    co_return json(202, view(*receipt));
}

Task<Response> turn_away(Context& context, Arrival arrival, Error why)
{
    const auto kept = co_await context.intake.refuse(std::move(arrival), why.text());
    if (!kept) co_return problem(kept.error());
    co_return problem(why);
}

}  // namespace

/// 202 as soon as it is kept: what it leads to shows in the list of deliveries.
Task<Response> github_webhook(Context& context, Call call)
{
    if (context.github.secrets.empty())
        co_return problem(
            {Code::not_found,
             "no webhooks of GitHub are taken here",
             "Set github.webhook_secret in diorama.toml, and the same secret in GitHub's webhook."}
        );
    const auto read = [&] { return believed(context.github, call.request); };
    std::optional<Result<Arrival>> arrival;
    if (call.request.body.size() <= large) {
        arrival = read();
    } else {
        arrival = co_await blocking(context.world.scheduler, read);
    }
    if (*arrival) co_return co_await take_in(context, **std::move(arrival));
    co_return co_await turn_away(context, stranger(call.request), arrival->error());
}

}  // namespace diorama::api
