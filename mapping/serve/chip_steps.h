// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "mapping/estimate/estimate.h"
#include "mapping/serve/step_table.h"

namespace ohm {

/// Prices a workload: estimate() on a mapping, or anything that gives the same figures faster.
using Pricing = std::function<Estimate(const Workload&)>;

/// The points of a chip's step table: up to `max_batch` sequences and `tokens` tokens each; batches
/// in powers of four, positions from `prompt` on at the ends and in the middle.
StepGrid step_points(Index max_batch, Index prompt, Index tokens);

/// The same of two stacks: sources of `shortest` to `longest` tokens, and steps behind the first of
/// at most `outputs`, in the middle and behind the last but one.
StepGrid step_points(Index max_batch, Index shortest, Index longest, Index outputs);

/// A sequence whose next token attends to `context` positions: behind a prompt of all others, of
/// two stacks behind a source of as many as an answer that has just begun leaves, or of all that a
/// source has room for. Throws what require_context() throws.
Decoding decoding_at(const TransformerSpec& network, Index context);

/// A chip's passes at the points of a grid, from two workloads per point that differ by one token.
///
/// prefill: the makespan and energy of `position` tokens and their first answers; decode: what one
/// token more adds, so that a request alone takes what estimate() says wherever that is linear in
/// between. Of two stacks a step behind n outputs is what the next one adds to a source's n. A full
/// context has no next token: there, the step before it. Energies include static
/// power; idle_power() is drawn between passes. Throws what estimate() throws.
StepTable chip_steps(const Mapping& mapping, StepGrid points, const Pricing& pricing);

/// The same with estimate().
StepTable chip_steps(const Mapping& mapping, StepGrid points);

}  // namespace ohm
