// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "mapping/network/network.h"
#include "mapping/schedule/schedule.h"

namespace ohm {

/// The events of a schedule as a Chrome trace (Trace Event Format; opens in Perfetto): one process
/// per kind of resource, one thread per resource, times in microseconds.
///
/// Shows the first `schedule.timeline_tokens` tokens and says so under "otherData". A step that
/// occupies several resources at once is shown on the first of them.
nlohmann::ordered_json timeline(const Schedule& schedule, const Network& network);

}  // namespace ohm
