// SPDX-License-Identifier: Apache-2.0
#include "core/ledger.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

template <Dimension D>
void check_range(const Leaf& leaf, Quantity<D> low, Quantity<D> middle, Quantity<D> high) {
  const bool finite = std::isfinite(low.si()) && std::isfinite(high.si());
  if (finite && low.si() >= 0.0 && low <= middle && middle <= high) return;
  throw ArgumentError(fmt::format(
      "ledger: {} of '{}': {} {} with range [{}, {}]; expected 0 <= low <= figure <= high",
      leaf.component, leaf.op, middle.si(), unit_symbol(D), low.si(), high.si()));
}

}  // namespace

Cost& Cost::add_figures(const Cost& other) {
  count += other.count;
  energy += other.energy;
  energy_low += other.energy_low;
  energy_high += other.energy_high;
  busy += other.busy;
  area += other.area;
  area_low += other.area_low;
  area_high += other.area_high;
  return *this;
}

Cost& Cost::operator+=(const Cost& other) {
  add_figures(other);
  if (source.empty()) source = other.source;
  if (!other.source.empty() && source.find(other.source) == std::string::npos) {
    source += "; " + other.source;
  }
  return *this;
}

Cost energy_of(std::int64_t count, Joules each, const std::string& source) {
  const Joules energy = static_cast<double>(count) * each;
  Cost cost;
  cost.count = count;
  cost.energy = cost.energy_low = cost.energy_high = energy;
  cost.source = source;
  return cost;
}

void Ledger::book(Leaf leaf, const Cost& cost) {
  check_range(leaf, cost.energy_low, cost.energy, cost.energy_high);
  check_range(leaf, cost.area_low, cost.area, cost.area_high);
  check_range(leaf, Seconds(0.0), cost.busy, cost.busy);
  if (cost.count < 0) {
    throw ArgumentError(fmt::format("ledger: {} of '{}': a count of {}; expected at least 0",
                                    leaf.component, leaf.op, cost.count));
  }
  const size_t known = leaves_.size();
  const auto at = leaves_.try_emplace(leaves_.end(), std::move(leaf), cost);
  if (leaves_.size() == known) at->second += cost;
}

void Ledger::merge(const Ledger& other) {
  for (const auto& [leaf, cost] : other.leaves_) leaves_[leaf] += cost;
}

Cost Ledger::total() const {
  Cost sum;
  for (const auto& [leaf, cost] : leaves_) sum.add_figures(cost);
  return sum;
}

template <class Key>
std::map<std::string, Cost> Ledger::sums(const Key& key) const {
  std::map<std::string, Cost> result;
  for (const auto& [leaf, cost] : leaves_) result[key(leaf)] += cost;
  return result;
}

std::map<std::string, Cost> Ledger::by_component() const {
  return sums([](const Leaf& leaf) { return leaf.component; });
}
std::map<std::string, Cost> Ledger::by_operator() const {
  return sums([](const Leaf& leaf) { return leaf.op; });
}
std::map<std::string, Cost> Ledger::by_phase() const {
  return sums([](const Leaf& leaf) { return leaf.phase; });
}

}  // namespace ohm
