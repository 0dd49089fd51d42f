// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"
#include "mapping/serve/request_mix.h"

namespace ohm {

/// What happened to one request.
struct ServedRequest {
  ArrivingRequest request;
  Picoseconds start = 0;  ///< its prompt begins to be read
  Picoseconds first = 0;  ///< its first token is there; an encoder: its result
  Picoseconds done = 0;

  Picoseconds waiting() const { return start - request.arrival; }
  Picoseconds ttft() const { return first - request.arrival; }
  Picoseconds latency() const { return done - request.arrival; }
};

/// Of a figure over requests; percentiles are linear between neighbours. All 0 for no requests.
struct Distribution {
  double mean = 0.0, p50 = 0.0, p95 = 0.0, p99 = 0.0, most = 0.0;
};

Distribution distribution_of(const std::vector<double>& values);

/// The most requests that wait at any time; one that starts as it arrives does not wait.
Index longest_queue(const std::vector<ServedRequest>& served);

}  // namespace ohm
