#pragma once

#include "base/error.hpp"
#include "base/task.hpp"

#include <exception>
#include <string>

namespace diorama {

/// Runs `work`; what it throws is answered as `unavailable`. For the doors at which accidents are
/// caught: whoever stands there goes on, tidies up, and tells.
template <class T>
Task<Result<T>> caught(Task<Result<T>> work)
{
    std::string what;
    try {
        co_return co_await work;
    } catch (const std::exception& accident) {
        what = accident.what();
    }
    co_return Error{Code::unavailable, "an accident: " + what};
}

}  // namespace diorama
