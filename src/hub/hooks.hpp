#pragma once

#include "base/concurrency.hpp"
#include "base/node.hpp"
#include "base/random.hpp"
#include "hub/state.hpp"
#include "net/client.hpp"

#include <boost/describe/class.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace diorama::hub {

/// What goes wrong on the way of webhooks; by default nothing does, and they arrive in order.
struct HookFaults {
    int drop = 0;            ///< Of a hundred deliveries, how many are never sent.
    int duplicate = 0;       ///< How many are sent twice, with one delivery id.
    int forge = 0;           ///< How many carry a wrong signature.
    milliseconds delay{0};   ///< Each is sent after up to this long, so that they overtake.
    bool hold = false;       ///< Nothing is sent before `release`.
    std::uint64_t seed = 1;  ///< Which of them it hits: the same ones for the same seed.
};
BOOST_DESCRIBE_STRUCT(HookFaults, (), (drop, duplicate, forge, delay, hold, seed))

/// One try to deliver.
struct Attempt {
    Instant at;
    int status = 0;  ///< Of the answer; 0 for none.
    std::string problem;
    std::string answer;  ///< Its first 500 bytes.
};

/// One event on its way to one hook.
struct Delivery {
    Number id = 0;
    std::string guid;  ///< X-GitHub-Delivery; a redelivery has the same.
    Number hook = 0;
    std::string url;
    Secret secret;
    std::string repository;
    std::string event;
    std::string action;
    std::string body;
    bool dropped = false;
    std::vector<Attempt> attempts;
};

/// Sends webhooks as GitHub does: signed, once, no second try when nobody answers within ten
/// seconds; one after the other unless faults say otherwise. Keeps the last 20,000 deliveries.
class Hooks {
public:
    Hooks(Loop& loop, Random& random) : loop_(loop), random_(random) {}

    /// Sends `payload` to every hook of `repository` that wants `event`.
    void tell(const Repository& repository, std::string event, Node payload);
    /// To one hook, whatever it wants: its ping.
    void tell(const Repository& repository, const Hook& hook, std::string event, Node payload);

    const HookFaults& faults() const { return faults_; }
    void set_faults(const HookFaults& faults);
    const std::deque<Delivery>& deliveries() const { return deliveries_; }

    /// Sends what `hold` kept, `newest_first` or in order.
    void release(bool newest_first);
    /// Sends a delivery again; false when it is not known (any more).
    bool redeliver(Number id);

    /// Returns when nothing is on its way.
    Task<> settled();
    /// Ends what is on its way; nothing is sent afterwards.
    Task<> stop();

private:
    void send(Number id);
    Task<> deliver(Number id, milliseconds delay);
    Task<> pump();
    Task<> attempt(Number id);
    Request request(const Delivery& delivery, std::string path);
    Client& client(const Address& address);
    Delivery* find(Number id);
    bool happens(int percent);

    Loop& loop_;
    Random& random_;
    HookFaults faults_;
    SeededRandom chance_{1};
    Number last_ = 0;
    std::deque<Delivery> deliveries_;  ///< By id.
    std::vector<Number> held_;
    std::deque<Number> queue_;
    bool pumping_ = false;
    std::stop_source stop_;
    std::map<std::string, std::unique_ptr<Client>> clients_;
    TaskGroup tasks_{loop_};
};

}  // namespace diorama::hub
