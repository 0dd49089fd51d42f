// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/digital_spec.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Cycles of one lane for one score: its softmax, and before it the bias of its distance (ALiBi: a
/// product and a sum, Press et al., ICLR 2022; T5: a sum, but where a score `crosses` from one
/// stack to the other, Raffel et al., JMLR 21, 2020, section 2.1) and the tanh that caps it (Gemma
/// 2, 2024, section 2; its scales are those of operands and results).
Index score_cycles(const DigitalSpec& unit, const TransformerSpec& network, bool crosses = false);

}  // namespace ohm
