#include "model/log.hpp"

#include <cstdlib>

namespace diorama {

std::string_view name(LogType type)
{
    switch (type) {
        case LogType::build: return "build";
        case LogType::deploy: return "deploy";
        case LogType::container: return "container";
        case LogType::database: return "database";
        case LogType::system: return "system";
    }
    std::abort();
}

Result<LogType> log_type_named(std::string_view text)
{
    using enum LogType;
    for (const LogType type : {build, deploy, container, database, system}) {
        if (name(type) == text) return type;
    }
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a type of log", text),
        "Use build, deploy, container, database or system."
    };
}

}  // namespace diorama
