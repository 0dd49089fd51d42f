// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/units.h"

namespace ohm {

/// What one number of the result stands for: exactly one leaf of the cost tree.
struct Leaf {
  std::string component;  ///< "adc", "cells", "noc_link", …
  std::string op;         ///< operator of the network: "h.0.attn.qkv"; empty for the chip as such
  int layer = -1;         ///< -1 where no layer applies
  std::string phase;      ///< "program", "prefill", "decode", "encoder", "static"
  auto operator<=>(const Leaf&) const = default;
};

/// What is booked on a leaf. Sources that disagree widen [low, high]; the middle is the figure.
struct Cost {
  std::int64_t count = 0;  ///< actions: conversions, bytes, MACs
  Joules energy, energy_low, energy_high;
  Seconds busy;  ///< time the component works, summed over its instances; never a latency
  SquareMetres area, area_low, area_high;
  std::string source;

  Cost& operator+=(const Cost& other);
  /// The same without its source.
  Cost& add_figures(const Cost& other);
};

/// Cost of `count` actions of `each`, with one figure and no range.
Cost energy_of(std::int64_t count, Joules each, const std::string& source);

/// Books every joule, busy second and square metre on one leaf; totals are sums and nothing else.
class Ledger {
 public:
  /// Throws ArgumentError for a negative or non-finite figure, or a range that excludes its figure.
  /// A leaf behind all others takes no search.
  void book(Leaf leaf, const Cost& cost);
  void merge(const Ledger& other);

  const std::map<Leaf, Cost>& leaves() const { return leaves_; }
  Cost total() const;
  std::map<std::string, Cost> by_component() const;
  std::map<std::string, Cost> by_operator() const;
  std::map<std::string, Cost> by_phase() const;

 private:
  template <class Key>
  std::map<std::string, Cost> sums(const Key& key) const;

  std::map<Leaf, Cost> leaves_;
};

}  // namespace ohm
