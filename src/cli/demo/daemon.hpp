#pragma once

#include "base/concurrency.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/spawn.hpp"
#include "net/loop.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace diorama::cli {

/// A daemon of one's own for the length of a demo: this very program as `serve` on its embedded
/// defaults, with a data folder that nobody else has.
class DemoDaemon {
public:
    /// `settings` are DIORAMA_… variables beside what every demo needs.
    DemoDaemon(Loop& loop, std::filesystem::path data, std::map<std::string, std::string> settings);
    /// Aborts while the daemon runs: stop it first.
    ~DemoDaemon();

    /// One more setting, before it starts.
    void set(std::string name, std::string value) { settings_[std::move(name)] = std::move(value); }

    /// Starts it, also after it ended, and waits until it is ready for work. A daemon that ends
    /// before is `unavailable`.
    Task<Result<>> start(std::stop_token stop);
    /// Ends it and waits for its end; nothing to do when it does not run.
    Task<> stop();

    bool running() const { return group_.size() > 0; }
    std::uint16_t api_port() const { return api_port_; }
    std::uint16_t gateway_port() const { return gateway_port_; }
    std::filesystem::path token_file() const { return data_ / "admin.token"; }
    Secret token() const;

    /// The end of its log.
    std::string last_lines(std::size_t count) const;

private:
    Task<> run();
    Task<Result<>> wait_until_ready(std::stop_token stop);
    bool read_ports();
    std::filesystem::path ports_file() const { return data_ / "ports"; }

    Loop& loop_;
    std::filesystem::path data_;
    std::map<std::string, std::string> settings_;
    std::stop_source stopping_;
    std::string log_;
    std::uint16_t api_port_ = 0;
    std::uint16_t gateway_port_ = 0;
    TaskGroup group_;
};

}  // namespace diorama::cli
