#pragma once

#include "base/clock.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::hub {

/// What goes wrong with the next answers of the API.
struct ApiFault {
    enum class Kind {
        status,       ///< `status` with a sentence: 500, 401, 404 …
        empty,        ///< A list is empty, with 200.
        half,         ///< A list lacks its second half, with 200 and no next page.
        second_page,  ///< The first page is right, all others answer `status`.
        slow,         ///< Right, after `delay`.
        cut,          ///< The connection breaks in the middle of the answer.
        garbage,      ///< 200 and half of a JSON text.
        primary,      ///< 403, nothing left until `retry_after` from now (X-RateLimit-*).
        secondary,    ///< `status` (403 or 429) with Retry-After.
    };

    BOOST_DESCRIBE_NESTED_ENUM(
        Kind, status, empty, half, second_page, slow, cut, garbage, primary, secondary
    )

    Kind kind = Kind::status;
    std::string method;  ///< Empty: any.
    std::string path;    ///< A part of the path; empty: any.
    int times = 1;       ///< How many requests it hits; -1: all.
    int status = 500;
    milliseconds delay = seconds{1};
    seconds retry_after{1};
};
BOOST_DESCRIBE_STRUCT(ApiFault, (), (kind, method, path, times, status, delay, retry_after))

/// The faults that wait for a request, in the order they were asked for.
class ApiFaults {
public:
    void add(ApiFault fault) { faults_.push_back(std::move(fault)); }
    void clear() { faults_.clear(); }
    const std::vector<ApiFault>& list() const { return faults_; }

    /// The first one that hits this request, once less from now on.
    std::optional<ApiFault> take(std::string_view method, std::string_view path);

private:
    std::vector<ApiFault> faults_;
};

}  // namespace diorama::hub
