// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/serve/step_table.h"
#include "mapping/structure/estimate_structure.h"

namespace ohm {

/// One decode step: a token of every sequence, in the steady state, and how its time was found.
struct DecodeStep {
  StepCost cost;
  Joules energy_low, energy_high;
  std::string fidelity;  ///< of Estimate
  bool exact = false;
};

/// A step of `batch` equal sequences that attend to `context` positions, the new one included, on
/// as many chips as the network needs.
///
/// Prompts are in the cache (StructureModel::decoding()); time: TPOT of the last tokens before
/// `context`; energy: the mean of theirs, and static power for as long. Of two stacks all but these
/// are the source's, or as many as it has room for, and the others the answer's so far. Throws what
/// require_context() throws.
DecodeStep decode_step(StructureModel& model, Index context, Index batch);

/// The step of two stacks behind so many outputs of every answer, from 1 on: as above, of the last
/// tokens up to that one.
DecodeStep answer_step(StructureModel& model, Index source, Index outputs, Index batch);

/// A large network's passes at the points of a grid: prompts as estimate_structure() prices them,
/// steps as decode_step() does; static power is drawn between passes too. The capacity is that of
/// the memory that chip.kv.place names for the largest point.
StepTable structure_steps(StructureModel& model, StepGrid points);

}  // namespace ohm
