#pragma once

#include "base/node.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "forge/github/api_base.hpp"
#include "forge/github/rate_limit.hpp"

#include <functional>
#include <map>
#include <string>

namespace diorama::github {

/// Sends one request to the API and gives its answer: `Client::send`, or a test's script.
using Transport = std::function<Task<Result<Response>>(Request, std::stop_token)>;

/// One question to GitHub's REST API.
struct Call {
    std::string method = "GET";
    std::string path;  ///< "/repos/owner/shop/pulls"
    Query query;
    Node body;               ///< Null: none.
    std::string validator;   ///< The ETag of the answer we have.
    std::string_view needs;  ///< The token's permission, in GitHub's words: "Contents: read".
    bool repeatable = true;  ///< Doing it twice is doing it once.
    /// A refusal that is an answer: `not_found` of what somebody may have deleted.
    Code expected = Code::none;
};

struct Answer {
    bool unchanged = false;  ///< What was given with the validator still holds.
    Node body;
    std::string validator;
    std::string next;  ///< Target of the list's next page; empty on the last.
};

/// GitHub's REST API over HTTP: one call at a time is asked, repeated, paced and understood.
///
/// Answers of 5xx and time-outs are tried three times with growing pauses. Once a rate limit is
/// reached nothing is asked until its end. Redirects within the API are followed (a repository
/// that was renamed), others refused. No error holds the token.
class Rest {
public:
    struct Options {
        ApiBase base;
        Secret token;
        milliseconds first_pause = seconds{1};  ///< Before the second try; doubled for the third.
    };

    Rest(Scheduler& scheduler, Random& random, Transport transport, Options options);

    /// The answer of a 2xx or 304.
    Task<Result<Answer>> ask(Call call, std::stop_token stop);

    /// Every element of a list in pages, or an error: never the first few only. `too_many` when it
    /// has more than `pages` pages. Answers the validator of each page.
    using Take = std::function<Result<>(const Node& element)>;
    Task<Result<std::vector<std::string>>>
    each(Call call, std::size_t pages, Take take, std::stop_token stop);

    std::optional<Instant> limited_until() const;

    /// The 401, 403 and 404 that stand: by permission and repository, until one is granted.
    std::vector<Error> refusals() const;

private:
    void remember(const Call& call, const Result<Answer>& answer);
    Task<Result<Answer>> once(Call call, std::string target, std::stop_token stop);
    Request request(const Call& call, const std::string& target) const;
    Result<Answer> read(const Call& call, const Response& response) const;
    Error limited(std::string_view what) const;
    Task<Result<Answer>> persist(Call call, std::string target, std::stop_token stop);

    Scheduler& scheduler_;
    Random& random_;
    Transport transport_;
    Options options_;
    WritePace pace_;
    std::optional<Instant> quiet_until_;
    std::map<std::string, Error> refused_;  ///< By permission and repository.
};

/// `problem` of a peer's answer that we cannot read: later it may be right.
inline Error not_sensible(const Error& problem)
{
    return Error{Code::unavailable, problem.message, problem.mend}.during("GitHub's answer");
}

}  // namespace diorama::github
