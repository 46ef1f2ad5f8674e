#pragma once

#include "model/lifecycle.hpp"

#include <string>
#include <string_view>

namespace diorama::gateway {

/// An answer of the gateway's own.
struct Page {
    int status = 0;
    std::string_view title;
    std::string_view text;
    int reload = 0;          ///< Seconds after which the page looks again; 0: never.
    std::string location{};  ///< For redirects.
};

/// For who is not known here, whichever name was asked for: it never tells which exist.
Page unknown_page();
/// For anybody, before the first table of routes: which names there are is not known yet.
Page starting_page();
/// For a route nothing serves at the moment.
Page waiting_page(State state);
Page unreachable_page();
Page late_page();
Page redirect_page(std::string location);
/// For a request that could not be read.
Page refused_page(int status, std::string_view why);

struct Rendering {
    bool html = false;   ///< The client takes HTML.
    bool head = false;   ///< It wants no body.
    bool close = false;  ///< The connection ends behind it.
};

/// The whole answer, head and body. The page needs nothing from elsewhere, and lets nothing in.
std::string render(const Page& page, Rendering how);

}  // namespace diorama::gateway
