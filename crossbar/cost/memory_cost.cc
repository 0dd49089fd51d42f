// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/memory_cost.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kBitsPerByte = 8.0, kKiB = 1024.0 * kBitsPerByte;
const Technology kHorowitz{Metres(45e-9), Volts(0.9), Process::high_performance};
const Technology kIsaac{Metres(32e-9), Volts(0.9), Process::high_performance};
constexpr double kWrite = 1.15, kEfficiency = 0.6, kPort = 0.4, kCellLeakage = 30e-12;
constexpr double kEdramAccess = 20.45e-12, kEdramWidth = 256.0, kEdramBits = 64.0 * kKiB;
constexpr double kEdramArea = 83000e-12, kEdramLeakage = 381e-6 / 1048576.0;

struct Cell {
  double nm, um2;
};

/// High-density 6T cells.
constexpr std::array<Cell, 10> kCells{{{180, 5.59},
                                       {130, 2.45},
                                       {90, 1.0},
                                       {65, 0.57},
                                       {45, 0.346},
                                       {32, 0.171},
                                       {22, 0.092},
                                       {14, 0.050},
                                       {10, 0.042},
                                       {7, 0.027}}};

double cell_area(Metres node) {
  const double nm = node.si() * 1e9;
  size_t i = 0;
  while (i + 2 < kCells.size() && nm < kCells[i + 1].nm) ++i;
  const Cell &large = kCells[i], &small = kCells[i + 1];
  const double share = std::log(large.nm / nm) / std::log(large.nm / small.nm);
  return large.um2 * std::pow(small.um2 / large.um2, share) * 1e-12;
}

double bits_of(const MemoryShape& shape) {
  if (!(shape.capacity.si() > 0.0) || shape.width_bits < 1 || shape.ports < 1) {
    throw ArgumentError(fmt::format(
        "memory: {:.4g} B, {} bits wide, {} ports; expected more than 0 B and at least 1 of each",
        shape.capacity.si(), shape.width_bits, shape.ports));
  }
  return shape.capacity.si() * kBitsPerByte;
}

/// Side of a cell with all its ports, relative to one port.
double side(const MemoryShape& shape) {
  return 1.0 + kPort * static_cast<double>(shape.ports - 1);
}

/// Energy per bit of an access at 45 nm, through both anchors of Horowitz 2014.
double access_energy(double bits, double line) {
  const double small = std::sqrt(8 * kKiB), large = std::sqrt(1024 * kKiB);
  const double per_root = (100e-12 - 10e-12) / 64.0 / (large - small);
  return 10e-12 / 64.0 - per_root * small + per_root * line * std::sqrt(bits);
}

std::string scaled(const std::string& source, const Technology& from, const Technology& to) {
  return fmt::format(
      "{} ({:.4g} nm {:.2f} V -> {:.4g} nm {:.2f} V as logic, Stillmaker and Baas "
      "2017)",
      source, from.node.si() * 1e9, from.vdd.si(), to.node.si() * 1e9, to.vdd.si());
}

}  // namespace

MemoryCost sram_cost(const MemoryShape& shape, const Technology& target) {
  const double bits = bits_of(shape), wide = static_cast<double>(shape.width_bits);
  MemoryCost cost;
  cost.read = Joules(wide * access_energy(bits, side(shape)) * energy_scale(kHorowitz, target));
  cost.write = kWrite * cost.read;
  cost.area = SquareMetres(bits * cell_area(target.node) * side(shape) * side(shape) / kEfficiency);
  cost.leakage = Watts(bits * kCellLeakage * target.vdd.si());
  cost.source = scaled("SRAM fitted to Horowitz, ISSCC 2014; area from announced 6T cells",
                       kHorowitz, target);
  return cost;
}

MemoryCost edram_cost(const MemoryShape& shape, const Technology& target) {
  const double bits = bits_of(shape), wide = static_cast<double>(shape.width_bits);
  const double lines = access_energy(bits, side(shape)) / access_energy(kEdramBits, 1.0);
  MemoryCost cost;
  cost.read = cost.write =
      Joules(wide / kEdramWidth * kEdramAccess * lines * energy_scale(kIsaac, target));
  cost.area = SquareMetres(bits / kEdramBits * kEdramArea * side(shape) * side(shape) *
                           area_scale(kIsaac.node, target.node));
  cost.leakage = Watts(bits * kEdramLeakage);
  cost.source = scaled("eDRAM of ISAAC, Shafiee et al., ISCA 2016", kIsaac, target);
  return cost;
}

}  // namespace ohm
