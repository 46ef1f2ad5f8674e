#pragma once

#include "api/context.hpp"
#include "engine/facts.hpp"
#include "model/log.hpp"
#include "store/deliveries.hpp"
#include "store/event_log.hpp"
#include "store/pull_requests.hpp"

namespace diorama::api {

// What is answered about things. Texts that a build, a container or a peer may have written pass
// the redactor here (SEC-60), on the loop's thread: never inside a transaction.

Node view(Context& context, const EnvironmentFacts& facts);
Node view(Context& context, const Deployment& deployment);
Node view(Context& context, const Entry& entry);
Node view(const Project& project);
Node view(const LogLine& line);
Node view(const event_log::Record& record);
Node view(const deliveries::Delivery& delivery);  ///< Without its body.
Node view(const Receipt& receipt);
Node view(Context& context, const pull_requests::Record& record, const Project& project);

/// Services with status, URL, image and replicas (A07, C09).
Node::List services(Context& context, const EnvironmentFacts& facts);

}  // namespace diorama::api
