#pragma once

#include "gateway/address.hpp"
#include "gateway/socket.hpp"
#include "model/route.hpp"

#include <memory>
#include <vector>

namespace diorama::gateway {

/// The idle connections of one thread to one upstream. No other thread touches it.
class alignas(64) Pool final : public Keeper {
public:
    /// The connection used last, or none. `careful` looks whether it still stands: for requests
    /// that must not be sent twice.
    std::unique_ptr<Socket> take(bool careful);

    /// Keeps a connection for the next request, unless the upstream is not wanted any more, the
    /// pool is full or the connection is not quiet.
    void put_back(std::unique_ptr<Socket> socket, std::size_t most, Tick until);

    /// Only upstreams of the routes in force keep connections.
    void want(bool wanted) { wanted_ = wanted; }
    void close_if_unwanted()
    {
        if (!wanted_) idle_.clear();
    }

    /// After a connect that failed, others are asked first for a while.
    void avoid(Tick until) { avoided_until_ = until; }
    bool avoided(Tick now) const { return now < avoided_until_; }

    /// True when what is wrong with the upstream may be said again: not once for each request.
    bool may_complain(Tick now);

    void disturbed(Socket& socket) override;

private:
    std::vector<std::unique_ptr<Socket>> idle_;
    Tick avoided_until_ = 0;
    Tick silent_until_ = 0;
    bool wanted_ = false;
};

/// An upstream and, for each thread, its connections to it.
class Backend {
public:
    Backend(Upstream where, const Address& address, unsigned threads)
        : upstream_(std::move(where)),
          address_(address),
          pools_(std::make_unique<Pool[]>(threads))
    {}

    const Upstream& upstream() const { return upstream_; }
    const Address& address() const { return address_; }
    Pool& pool(unsigned thread) { return pools_[thread]; }

private:
    Upstream upstream_;
    Address address_;
    std::unique_ptr<Pool[]> pools_;
};

}  // namespace diorama::gateway
