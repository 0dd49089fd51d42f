// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/realise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "crossbar/device/write_verify.h"

namespace ohm {
namespace {

/// Values of a function of the target, computed once per level: cells have few targets.
template <class Value, class Function>
class PerLevel {
 public:
  explicit PerLevel(Function function) : function_(std::move(function)) {}

  const Value& at(double target) {
    const auto bits = std::bit_cast<std::uint64_t>(target);
    Entry& entry = entries_[(bits * 0x9E3779B97F4A7C15U) >> 58];
    if (!entry.known || entry.bits != bits) entry = {true, bits, function_(target)};
    return entry.value;
  }

 private:
  struct Entry {
    bool known = false;
    std::uint64_t bits = 0;
    Value value{};
  };
  Function function_;
  std::array<Entry, 64> entries_;
};

template <class Value, class Function>
PerLevel<Value, Function> per_level(Function function) {
  return PerLevel<Value, Function>(std::move(function));
}

class Run {
 public:
  Run(const DeviceSpec& cell, const CellDraws& draws, std::span<const char> tuned,
      std::span<double> g)
      : cell_(cell),
        draws_(draws),
        tuned_(tuned),
        g_(g),
        targets_(g.begin(), g.end()),
        normal_(g.size()) {}

  ProgrammingCost program() {
    if (cell_.programming.method == "write_verify") return write_and_relax();
    draws_.normals(Purpose::programming_error, normal_);
    auto landing = per_level<Spread>([this](double target) {
      Spread spread = cell_.model->landing(Siemens(target), cell_);
      spread.width *= cell_.sigma_scale;
      return spread;
    });
    for (size_t j = 0; j < g_.size(); ++j) {
      if (errs(j)) g_[j] = cell_.model->landed(landing.at(targets_[j]), draw(j));
    }
    return fitted_cost(cell_.programming, static_cast<double>(g_.size()), mean_target());
  }

  void age() {
    if (cell_.model->drifts()) {
      draws_.normals(Purpose::drift, normal_);
      auto drift = per_level<Spread>(
          [this](double target) { return cell_.model->drift(Siemens(target), cell_); });
      for (size_t j = 0; j < g_.size(); ++j) {
        g_[j] = cell_.model->drifted(g_[j], drift.at(targets_[j]), draw(j), cell_);
      }
    } else if (cell_.retention.model != "none") {
      draws_.normals(Purpose::drift, normal_);
      const Seconds age = cell_.equivalent_age();
      for (size_t j = 0; j < g_.size(); ++j) {
        g_[j] = retained(cell_.retention, g_[j], age, draw(j));
      }
    }
  }

  void heat() {
    const TemperatureSpec& temperature = cell_.temperature;
    if (temperature.operating == temperature.reference) return;
    draws_.normals(Purpose::temperature_coefficient, normal_);
    for (size_t j = 0; j < g_.size(); ++j) g_[j] *= thermal_gain(temperature, draw(j));
  }

  /// The part of the read noise that is slower than a run.
  void freeze_noise() {
    const bool generic = cell_.noise.flicker > 0.0;
    if (generic || cell_.model->flicker_noise(cell_.g_max, cell_).si() > 0.0) {
      draws_.normals(Purpose::low_frequency_noise, normal_);
      for (size_t j = 0; j < g_.size(); ++j) {
        if (g_[j] > 0.0) g_[j] += frozen_flicker(cell_, Siemens(g_[j])).si() * draw(j);
      }
    }
    if (cell_.noise.rtn.amplitude > 0.0 && cell_.noise.rtn.traps > 0.0) freeze_telegraph();
  }

  void clip() {
    const double low = cell_.model->floor(cell_).si(), high = cell_.model->ceiling(cell_).si();
    for (double& g : g_) g = std::min(std::max(low, g), high);
  }

  void fail() { apply_stuck(cell_, draws_, g_); }

 private:
  static constexpr int kTrapDraws = 33;  // up to 16 traps

  double draw(size_t j) const { return static_cast<double>(normal_[j]); }
  bool errs(size_t j) const { return tuned_[j] != 0 || cell_.model->errs_at_rest(); }

  Siemens mean_target() const {
    double sum = 0.0;
    for (const double g : targets_) sum += g;
    return Siemens(targets_.empty() ? 0.0 : sum / static_cast<double>(targets_.size()));
  }

  /// A cell at rest stays reset: its target is where it is, and it relaxes only where it errs.
  ProgrammingCost write_and_relax() {
    const ProgrammedRounds programmed = write_verify_rounds(cell_, draws_, targets_);
    auto relaxed =
        per_level<Relaxation>([this](double target) { return relaxation(cell_, Siemens(target)); });
    const auto& round = programmed.round;
    const auto last = std::max_element(round.begin(), round.end());
    for (std::int32_t r = 0; last != round.end() && r <= *last; ++r) {
      draws_.normals(Purpose::programming_error, normal_, r);
      for (size_t j = 0; j < g_.size(); ++j) {
        if (round[j] != r || !errs(j)) continue;
        const Relaxation& move = relaxed.at(targets_[j]);
        g_[j] = programmed.result.g[j] + move.shift + move.sigma * draw(j);
      }
    }
    return programmed.result.cost;
  }

  void freeze_telegraph() {
    std::vector<std::vector<float>> uniform(kTrapDraws, std::vector<float>(g_.size()));
    for (int k = 0; k < kTrapDraws; ++k) {
      draws_.uniforms(Purpose::telegraph_traps, uniform[static_cast<size_t>(k)], k);
    }
    std::array<float, kTrapDraws> own;
    for (size_t j = 0; j < g_.size(); ++j) {
      for (size_t k = 0; k < own.size(); ++k) own[k] = uniform[k][j];
      g_[j] *= 1.0 + frozen_telegraph(cell_.noise, own.data(), kTrapDraws);
    }
  }

  const DeviceSpec& cell_;
  const CellDraws& draws_;
  std::span<const char> tuned_;
  std::span<double> g_;
  std::vector<double> targets_;
  std::vector<float> normal_;
};

}  // namespace

ProgrammingCost realise(const DeviceSpec& cell, const CellDraws& draws, std::span<const char> tuned,
                        std::span<double> g) {
  if (tuned.size() != g.size()) {
    throw ArgumentError(
        fmt::format("cells: {} conductances and {} marks of tuned cells; expected "
                    "one each",
                    g.size(), tuned.size()));
  }
  for (const double target : g) {
    if (std::isfinite(target) && target >= 0.0) continue;
    throw ArgumentError(
        fmt::format("cells: a target of {} S found; expected finite values of at least 0", target));
  }
  Run run(cell, draws, tuned, g);
  const ProgrammingCost cost = run.program();
  run.age();
  run.heat();
  run.freeze_noise();
  run.clip();
  run.fail();
  return cost;
}

}  // namespace ohm
