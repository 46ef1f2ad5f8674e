#pragma once

#include "build/build.hpp"
#include "build/context.hpp"

#include <map>
#include <string>
#include <string_view>

namespace diorama {

/// All that decides what an image becomes.
struct ContentFacts {
    const Context& context;
    std::string_view dockerfile;  ///< Its text.
    const BuildSpec& spec;
    std::string_view scope;
    const std::map<std::string, std::string>& bases;  ///< Image as written → its id.
};

/// The key of an image: 40 hex digits of a SHA-256 over `facts`. Equal facts give an equal key on
/// every machine; any other fact gives another. The trust scope is one of them, so that untrusted
/// work never makes an image that trusted work finds (SEC-45).
///
/// Files count by path, kind and git's object id: nothing is read.
std::string content_key(const ContentFacts& facts);

}  // namespace diorama
