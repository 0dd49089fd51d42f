// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/targets.h>

#include <functional>

#include "tests/instruction_limit.h"

namespace ohm {

/// Calls `body` once for every instruction set that this machine has and Highway compiled for.
inline void on_every_instruction_set(const std::function<void()>& body) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace ohm
