// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/score_cycles.h"

namespace ohm {

Index score_cycles(const DigitalSpec& unit, const TransformerSpec& network, bool crosses) {
  Index cycles = unit.softmax.cycles;
  if (network.positions == "alibi") cycles += combine_element(unit).cycles;
  if (network.positions == "relative" && !crosses) cycles += unit.residual.cycles;
  if (network.score_cap > 0) cycles += activation_element(unit, "tanh").cycles;
  return cycles;
}

}  // namespace ohm
