// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/ledger.h"
#include "core/units.h"
#include "crossbar/periphery_spec.h"
#include "crossbar/technology.h"

namespace ohm {

/// Primitive operations: of one element, or the units of one lane.
struct OperationCounts {
  double multiplies = 0.0, adds = 0.0;          ///< floating point
  double int_multiplies = 0.0, int_adds = 0.0;  ///< int8 products, int32 sums
  double lookups = 0.0;                         ///< of a table

  bool any() const { return multiplies + adds + int_multiplies + int_adds + lookups > 0.0; }
  void visit(Visitor& v);
};

/// Energy of one element of a digital operator, and the cycles that one lane needs for it.
struct ElementSpec {
  OperationCounts counts;  ///< none: the energy is stated
  Joules energy{0.0};      ///< stated, or derived from counts as its range is
  Joules energy_low{0.0}, energy_high{0.0};
  Index cycles = 1;

  void visit(Visitor& v);
};

/// The digital unit of a tile: vector lanes for what is not a matrix product, and
/// multiply-accumulate units for the products of activations with activations.
///
/// Energies are stated per element, or follow from its operations × the published figure of each,
/// scaled as static logic to `node` and `vdd` (Stillmaker and Baas, Integration 58, 2017), and
/// `control_energy` of that on top. The first figure of an operation is used, all are its range.
struct DigitalSpec {
  std::string name, source;
  std::string derived_source;  ///< how the energies were derived; empty where they are stated
  Metres node{22e-9};
  Volts vdd{0.85};
  std::vector<PublishedFigure> multiply, add, int_multiply, int_add, lookup;
  double control_energy = 0.0;  ///< clock and control / energy of the operations
  Index lanes = 64;
  OperationCounts lane;  ///< units of one lane, for the area
  Hertz clock{1e9};
  ElementSpec softmax, norm, activation, residual, quantise, dequantise, accumulate;
  ElementSpec gelu, silu, rope, rmsnorm, gate, combine;  ///< left out where nothing is counted
  Index attention_macs = 64;                             ///< multiply-accumulates per cycle
  OperationCounts attention_mac;
  Joules attention_mac_energy{0.0}, attention_mac_low{0.0}, attention_mac_high{0.0};
  Index activation_bits = 16;  ///< of an element between two digital operators
  SquareMetres area{0.0};      ///< stated, or that of all units of lanes and MACs

  Technology technology() const { return {node, vdd, Process::high_performance}; }
  void visit(Visitor& v);
};

/// The element of an activation function: gelu, silu, or `activation` where the unit has no such.
const ElementSpec& activation_element(const DigitalSpec& unit, const std::string& function);

/// The element of a rotation by position, or `activation` where the unit has no such.
const ElementSpec& rope_element(const DigitalSpec& unit);

/// The element of a normalisation: rmsnorm, or `norm` where the unit has no such.
const ElementSpec& norm_element(const DigitalSpec& unit, const std::string& kind);

/// The element of a product with a gate, or `residual` where the unit has no such.
const ElementSpec& gate_element(const DigitalSpec& unit);

/// The element of a weighted sum of experts, or `dequantise` where the unit has no such.
const ElementSpec& combine_element(const DigitalSpec& unit);

/// Energy of `count` elements with its range, for the ledger.
Cost element_cost(std::int64_t count, const ElementSpec& each, const DigitalSpec& unit);

/// Energy of `count` multiply-accumulates with its range, for the ledger.
Cost mac_cost(std::int64_t count, const DigitalSpec& unit);

}  // namespace ohm
