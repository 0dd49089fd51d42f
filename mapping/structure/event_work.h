// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/chip_spec.h"
#include "mapping/network/transformer_spec.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

// How much is simulated event by event. Work is counted in claims on resources, which take about
// 5 ns each on a core of 2024; a step takes as long as 40 of them.
inline constexpr double kQuickWork = 6e7;    ///< what nobody notices: a third of a second
inline constexpr double kKeptWork = 1.2e8;   ///< a prompt of which no layer is left out, unasked
inline constexpr double kShortWork = 2e7;    ///< a prompt of which tokens are left out, unasked
inline constexpr double kRingWork = 2e7;     ///< what a batch generates, unasked
inline constexpr double kUnaskedWork = 3e8;  ///< all steps on all tiles of a network that fits
/// Layers of a prompt that are asked for; all steps on all tiles where a key knows no other way.
inline constexpr double kAskedWork = 2e9;

/// Of one token of a plan.
double event_work(const TokenPlan& plan);

/// Of one token, before there is a plan: about nine steps for each matrix and ten claims for each
/// tile, as GPT-2, Llama-3 and GPT-3 have on the shipped chips.
double event_work(Index matrices, Index tiles);

/// Whether all steps of so many tokens are simulated on all tiles within so much work. Tiles must
/// be laid out first: that costs as much as three thousand tokens.
bool simulates_all(Index matrices, Index tiles, Index tokens, double work = kUnaskedWork);

/// The same of a network and the tiles that it takes; never where the chip does not hold it.
bool simulates_all(const TransformerSpec& network, const ChipSpec& chip, Index tokens,
                   double work = kUnaskedWork);

}  // namespace ohm
