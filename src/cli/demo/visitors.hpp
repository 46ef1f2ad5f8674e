#pragma once

#include "base/concurrency.hpp"
#include "base/error.hpp"
#include "net/client.hpp"

#include <optional>
#include <string>

namespace diorama::cli {

/// What visitors got while they came at a steady rate, whether or not those before them had left.
struct VisitTally {
    std::size_t asked = 0;
    std::size_t failed = 0;
    std::string first_failure;
    std::size_t before = 0;   ///< Answers with the old text …
    std::size_t after = 0;    ///< … and with the new one.
    milliseconds slowest{0};  ///< Answer, from asking to its last byte.
};

/// Asks for a page a hundred times a second and sorts the answers by the text in them.
class DemoVisitors {
public:
    struct Page {
        Address gateway;
        std::string host;    ///< As a browser names it, with its port.
        std::string before;  ///< Text of the version that serves when they begin …
        std::string after;   ///< … and of the one it changes to.
    };

    DemoVisitors(Loop& loop, Page page);

    void begin();
    /// Lets nobody in any more, waits for those inside, and says how it was.
    Task<VisitTally> end();

private:
    Task<> come();
    Task<> visit();
    void note(const Result<Response>& answer);

    Loop& loop_;
    Page page_;
    Client client_;
    std::stop_source closing_;
    VisitTally tally_;
    TaskGroup group_;
};

/// What one visitor asks for.
struct Visit {
    std::string method = "GET";
    std::string host;
    std::string path = "/";
};

/// The body of the answer; one that is not 200 is an error, `not_found` for 404.
Task<Result<std::string>> fetch(Client& client, Visit visit);

}  // namespace diorama::cli
