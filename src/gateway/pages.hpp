#pragma once

#include "model/route.hpp"

#include <string>
#include <string_view>

namespace diorama::gateway {

/// An answer of the gateway's own.
struct Page {
    int status = 0;
    std::string_view title;
    std::string_view text;
    std::string_view here{};  ///< What becomes of this very page: for who looks at it.
    int reload = 0;           ///< Seconds after which to look again; 0: never.
    std::string location{};   ///< For redirects.
};

/// For who is not known here, whichever name was asked for: it never tells which exist.
Page unknown_page();
/// For anybody, before the first table of routes: which names there are is not known yet.
Page starting_page();
/// For a route nothing serves at the moment.
Page waiting_page(const Route& route);
Page unreachable_page();
Page late_page();
Page redirect_page(std::string location);
/// For a request that could not be read.
Page refused_page(int status, std::string_view why);

struct Rendering {
    bool html = false;    ///< The client takes HTML.
    bool json = false;    ///< It takes JSON: a problem as RFC 9457 has it, unless it takes HTML.
    bool head = false;    ///< It wants no body.
    bool close = false;   ///< The connection ends behind it.
    bool reload = false;  ///< It asked for something that may be asked for again by itself.
};

/// The whole answer, head and body. The page needs nothing from elsewhere, and lets nothing in.
std::string render(const Page& page, Rendering how);

}  // namespace diorama::gateway
