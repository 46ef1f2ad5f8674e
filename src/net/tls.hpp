#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "net/stream.hpp"

#include <memory>
#include <string>

namespace diorama {

/// Whom a TLS client trusts: the system's certificate authorities, or those of a PEM file.
class TlsTrust {
public:
    static TlsTrust of_system();
    static Result<TlsTrust> file(const std::string& pem);

    struct Context;
    const std::shared_ptr<Context>& context() const { return context_; }

private:
    explicit TlsTrust(std::shared_ptr<Context> context) : context_(std::move(context)) {}
    std::shared_ptr<Context> context_;
};

/// TLS 1.2 or later on top of `stream`, as a client. The certificate must be valid for `host`, a
/// name or an IP address (RFC 9110, 4.3.4); `unavailable` with the reason when it is not.
Task<Result<std::unique_ptr<Stream>>>
connect_tls(std::unique_ptr<Stream> stream, std::string host, TlsTrust trust);

}  // namespace diorama
