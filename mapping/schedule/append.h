// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/schedule/schedule.h"

namespace ohm {

/// Puts a pass behind those before it, which it waits for; `before` without resources is empty.
void append(Schedule pass, Schedule& before);

}  // namespace ohm
