// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// The plan with one resource for all that are always taken at the same times.
///
/// Two resources are alike if the same steps claim them, at the same offsets and for as long, and
/// as links behind others that are alike: then each is taken as the other is, to the picosecond, in
/// any schedule. So parallel rows of a reduction tree are one row. Resources that nobody claims are
/// left out, others renumbered.
TokenPlan merge_alike(TokenPlan plan);

}  // namespace ohm
