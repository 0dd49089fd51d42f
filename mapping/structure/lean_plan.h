// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// The plan without claims that can never make a step wait: its schedule is the same, to the
/// picosecond, with far fewer of them.
///
/// Left out are (1) of several resources that the same steps claim together for the same times, all
/// but one; (2) of resources that one step claims and no other, all but the one it holds longest;
/// (3) a link that only follows another: the same messages come from there, at the same distance,
/// and hold it no longer; (4) a link of one step that leads to another which it holds no shorter.
/// Resources that nobody claims are left out, too,
/// and others renumbered: take their work from the full plan.
TokenPlan lean_plan(const TokenPlan& plan);

}  // namespace ohm
