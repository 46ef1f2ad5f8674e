#pragma once

#include "base/error.hpp"
#include "gateway/fd.hpp"
#include "gateway/gateway.hpp"
#include "gateway/loop.hpp"

#include <cstdint>

namespace diorama::gateway {

class Shard;

/// Binds a socket that several threads may share. The error says which address, why and what to do.
Result<Fd> open_listener(const GatewayListen& where);

/// Refuses an address somebody else listens on: sharing a port would otherwise let two gateways
/// of one user take turns without a word.
Result<> check_free(const GatewayListen& where);

/// Takes clients in for one shard and starts a session for each.
class Listener final : private Watched {
public:
    Listener(Shard& shard, Fd socket);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

private:
    void ready(std::uint32_t events) override;
    /// Tries again after descriptors or places had run out.
    void tick(Tick now) override;
    void accept_all();

    Shard& shard_;
    Fd socket_;
    Loop::Key key_;
    std::uint16_t port_;
    bool behind_ = false;  ///< Clients wait in the kernel's queue.
};

}  // namespace diorama::gateway
