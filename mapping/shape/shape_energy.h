// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "mapping/shape/shape_times.h"

namespace ohm {

/// What energy is booked on beside the macros.
enum class ShapePart {
  quantise,
  dequantise,
  accumulate,
  norm,
  activation,
  residual,
  rope,
  gate,
  combine,
  softmax,
  attention_mac,
  buffer,
  tile_wires,
  dram,
  noc_router,
  noc_link,
  leakage,
  leakage_gated,
  dram_background,
  link_idle,
  parts,
};

constexpr size_t kShapeParts = 21;

/// The component's name in a ledger; parts that a ledger books one by one are "parts".
const char* to_string(ShapePart part);

/// Energy by component, in joules.
struct ShapeEnergy {
  std::vector<double> macros;  ///< by entry of MacroFigures::components()
  std::array<double, kShapeParts> parts{};
  std::int64_t macs = 0;
  std::int64_t kv_bytes_in_dram = 0;  ///< at the end, over all layers and sequences

  double& operator[](ShapePart part) { return parts[static_cast<size_t>(part)]; }
  double operator[](ShapePart part) const { return parts[static_cast<size_t>(part)]; }
  double total() const;
  /// Adds what another pass takes.
  ShapeEnergy& operator+=(const ShapeEnergy& pass);
};

/// What the operators of a pass take, by the counts of book_energy(): exactly, but for the
/// buffers of matrices with copies, whose tiles are counted as few as can be.
ShapeEnergy shape_energy(const ShapeCase& c, MacroFigures& figures,
                         const InputStatistics& activity);

/// Adds what the network on chip takes at least.
void add_traffic_energy(const ShapeCase& c, const ShapeTraffic& traffic, ShapeEnergy& energy);

/// Adds what is spent while the request lasts: leakage, background power, published parts.
void add_static_energy(const ShapeCase& c, Seconds makespan, double worked, ShapeEnergy& energy);

}  // namespace ohm
