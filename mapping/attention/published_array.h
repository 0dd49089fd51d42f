// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/attention/attention_engine.h"
#include "mapping/attention/attention_spec.h"

namespace ohm {

/// Costs of an array whose figures were published, as its Spec states them.
///
/// A product books "attention_array", rows × columns × `parts` cells of the energy of its kind, and
/// "attention_control" per MVM.
std::vector<ComponentCost> published_energy(const AttentionSpec& spec, AttentionProduct product,
                                            const MvmBlock& block, Index parts);

/// Elements written: "kv_write", `parts` cells each.
std::vector<ComponentCost> published_write(const AttentionSpec& spec, std::int64_t elements,
                                           Index parts);

/// Area of one array.
Cost published_area(const AttentionSpec& spec);

}  // namespace ohm
