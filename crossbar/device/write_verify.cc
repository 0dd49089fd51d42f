// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/write_verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

/// The normals of a group of cells, fetched as they are needed: few cells take many pulses.
class GroupNormals {
 public:
  explicit GroupNormals(const CellDraws& draws) : draws_(draws), normals_(kGroup * kDraws) {}

  void enter(Index group) {
    if (group == group_) return;
    group_ = group;
    fetched_ = 0;
  }

  double at(Index number, Index lane) {
    while (number >= fetched_) {
      const auto batch = std::span(normals_).subspan(static_cast<size_t>(kGroup * fetched_),
                                                     static_cast<size_t>(kGroup * kBatch));
      draws_.normals_of_group(Purpose::write_verify, group_, fetched_, batch);
      fetched_ += kBatch;
    }
    return static_cast<double>(normals_[static_cast<size_t>(kGroup * number + lane)]);
  }

  static constexpr Index kGroup = CellDraws::kGroup, kDraws = CellDraws::kDraws;

 private:
  static constexpr Index kBatch = 8;
  const CellDraws& draws_;
  Index group_ = -1, fetched_ = 0;
  std::vector<float> normals_;
};

/// Those of one of its cells, from number `used` on; the rounds of a cell share its numbers.
struct CellNormals {
  GroupNormals& group;
  Index lane;
  Index used;

  double next() { return group.at(used++, lane); }
  bool spent() const { return used > GroupNormals::kDraws - 2; }  // a pulse and a read take two
};

/// One controller and its cell: the state machine of incremental-pulse write-verify.
class Controller {
 public:
  explicit Controller(const DeviceSpec& cell)
      : spec_(cell.programming),
        g_min_(cell.g_min.si()),
        range_(cell.range().si()),
        tolerance_(cell.programming.tolerance.si()) {}

  double g = 0.0;            // S
  double pulse_work = 0.0;   // Σ V² G
  double line_work = 0.0;    // Σ V²
  double verify_work = 0.0;  // Σ G
  std::int32_t pulses = 0, reversals = 0;
  bool failed = false;

  void run(double target, double start, CellNormals& normals) {
    g = start;
    pulse_work = line_work = verify_work = 0.0;
    pulses = reversals = polarity_ = 0;
    failed = false;
    while (!normals.spent()) {
      const double read = verify(normals);
      if (std::abs(read - target) <= tolerance_) return;
      if (!turn(read < target ? 1 : -1)) break;
      pulse(normals);
    }
    failed = true;
  }

 private:
  double verify(CellNormals& normals) {
    verify_work += g;
    if (spec_.verify_noise == 0.0) return g;
    return g * (1.0 + spec_.verify_noise * normals.next());
  }

  /// Chooses polarity and amplitude of the next pulse; false where the reversals ran out.
  bool turn(int wanted) {
    if (wanted == polarity_) {
      if (volts_ >= spec_.max_voltage.si()) return true;
      volts_ += spec_.step_voltage.si();
      growth_ *= 1.0 + spec_.step_growth;
      return true;
    }
    if (polarity_ != 0 && reversals == spec_.max_reversals) return false;
    reversals += polarity_ != 0 ? 1 : 0;
    polarity_ = wanted;
    volts_ = (wanted > 0 ? spec_.set_start : spec_.reset_start).si();
    growth_ = 1.0;
    return true;
  }

  void pulse(CellNormals& normals) {
    pulse_work += volts_ * volts_ * g;
    line_work += volts_ * volts_;
    const double filled = std::clamp((g - g_min_) / range_, 0.0, 1.0);
    const double room = polarity_ > 0 ? 1.0 - filled : filled;
    const double share = spec_.saturation == 1.0 ? room : std::pow(room, spec_.saturation);
    const double mean = range_ * spec_.step * growth_ * share;
    const double moved = mean * (1.0 + spec_.step_noise * normals.next());
    g = std::max(0.0, g + polarity_ * moved);
    ++pulses;
  }

  const ProgrammingSpec& spec_;
  double g_min_, range_, tolerance_;
  int polarity_ = 0;
  double volts_ = 0.0, growth_ = 1.0;
};

/// Adds up what a run of cells costs, `parallel_cells` of them at a time.
class Bill {
 public:
  explicit Bill(const ProgrammingSpec& spec) : spec_(spec) {}

  void add(const Controller& cell) {
    cost_.cells += 1.0;
    cost_.pulses += cell.pulses;
    cost_.verify_reads += cell.pulses + 1.0;
    cost_.cycles += cell.pulses > 0 ? 0.5 * (cell.reversals + 1.0) : 0.0;
    cost_.failed_cells += cell.failed ? 1.0 : 0.0;
    pulse_work_ += cell.pulse_work;
    line_work_ += cell.line_work;
    verify_work_ += cell.verify_work;
    longest_ = std::max(longest_, cell.pulses);
    longest_of_all_ = std::max(longest_of_all_, cell.pulses);
    if (++in_group_ == spec_.parallel_cells) close_group();
  }

  ProgrammingCost total() {
    if (in_group_ > 0) close_group();
    const Seconds step = spec_.pulse_time + spec_.verify_time + spec_.switch_time;
    const double lanes = std::min(static_cast<double>(spec_.parallel_cells), cost_.cells);
    const double steps = spec_.controller == "lockstep" || lanes == 0.0
                             ? lockstep_
                             : std::max(cost_.pulses / lanes, static_cast<double>(longest_of_all_));
    cost_.seconds = steps * step + groups_ * spec_.verify_time;
    const double v2 = spec_.verify_voltage.si() * spec_.verify_voltage.si();
    cost_.joules =
        Joules(pulse_work_ * spec_.pulse_time.si() + line_work_ * spec_.line_capacitance.si() +
               v2 * verify_work_ * spec_.verify_time.si());
    return cost_;
  }

 private:
  void close_group() {
    lockstep_ += longest_;
    groups_ += 1.0;
    longest_ = 0;
    in_group_ = 0;
  }

  const ProgrammingSpec& spec_;
  ProgrammingCost cost_;
  double pulse_work_ = 0.0, line_work_ = 0.0, verify_work_ = 0.0;
  double lockstep_ = 0.0, groups_ = 0.0;
  std::int32_t longest_ = 0, longest_of_all_ = 0;
  Index in_group_ = 0;
};

void check(std::span<const double> targets, std::span<const double> start) {
  if (targets.size() != start.size()) {
    throw ArgumentError(fmt::format("write-verify: {} targets and {} cells; expected one each",
                                    targets.size(), start.size()));
  }
  for (const auto values : {targets, start}) {
    for (const double g : values) {
      if (std::isfinite(g) && g >= 0.0) continue;
      throw ArgumentError(fmt::format(
          "write-verify: a conductance of {} S found; expected finite values of at least 0", g));
    }
  }
}

WriteVerifyResult sized(size_t n) {
  return {std::vector<double>(n),
          std::vector<std::int32_t>(n),
          std::vector<std::int32_t>(n),
          std::vector<char>(n),
          {}};
}

/// Runs cells j with wanted[j] (all, where empty), adding to what they and the bill have so far.
struct Session {
  const DeviceSpec& cell;
  const CellDraws& draws;
  std::vector<std::int32_t> used;  // normals of each cell

  void run(std::span<const double> targets, std::span<const double> start,
           std::span<const char> wanted, WriteVerifyResult& result) {
    Controller controller(cell);
    Bill bill(cell.programming);
    GroupNormals group(draws);
    for (size_t j = 0; j < targets.size(); ++j) {
      if (!wanted.empty() && wanted[j] == 0) continue;
      const auto position = static_cast<Index>(j);
      group.enter(position / GroupNormals::kGroup);
      CellNormals normals{group, position % GroupNormals::kGroup, used[j]};
      controller.run(targets[j], start[j], normals);
      used[j] = static_cast<std::int32_t>(normals.used);
      result.g[j] = controller.g;
      result.pulses[j] += controller.pulses;
      result.reversals[j] += controller.reversals;
      result.failed[j] = controller.failed ? 1 : 0;
      bill.add(controller);
    }
    result.cost += bill.total();
  }
};

Session session(const DeviceSpec& cell, const CellDraws& draws, size_t n) {
  return {cell, draws, std::vector<std::int32_t>(n)};
}

}  // namespace

WriteVerifyResult write_verify(const DeviceSpec& cell, const CellDraws& draws,
                               std::span<const double> targets, std::span<const double> start) {
  check(targets, start);
  WriteVerifyResult result = sized(targets.size());
  session(cell, draws, targets.size()).run(targets, start, {}, result);
  return result;
}

Relaxation relaxation(const DeviceSpec& cell, Siemens target) {
  const Spread measured = cell.model->landing(target, cell);
  const double sigma = cell.sigma(target).si();
  const double band = cell.programming.measured_tolerance.si();
  const double variance = sigma * sigma - band * band / 3.0;
  return {measured.centre - target.si(), std::sqrt(std::max(0.0, variance))};
}

ProgrammedRounds write_verify_rounds(const DeviceSpec& cell, const CellDraws& draws,
                                     std::span<const double> targets) {
  const size_t n = targets.size();
  std::vector<double> start(n, cell.g_min.si());
  check(targets, start);
  ProgrammedRounds programmed{sized(n), std::vector<std::int32_t>(n)};
  WriteVerifyResult& result = programmed.result;
  Session cells = session(cell, draws, n);
  cells.run(targets, start, {}, result);
  if (cell.programming.rounds == 1) return programmed;
  DeviceSpec waiting = cell;
  waiting.age = cell.programming.round_wait;
  std::vector<float> normal(n);
  std::vector<char> again(n, 1);
  for (std::int32_t round = 1; round < cell.programming.rounds; ++round) {
    draws.normals(Purpose::programming_error, normal, round - 1);
    for (size_t j = 0; j < n; ++j) {
      if (again[j] == 0) continue;  // it stayed in the band in an earlier round
      const Relaxation relaxed = relaxation(waiting, Siemens(targets[j]));
      start[j] = std::max(
          0.0, result.g[j] + relaxed.shift + relaxed.sigma * static_cast<double>(normal[j]));
      again[j] = std::abs(start[j] - targets[j]) > cell.programming.tolerance.si() ? 1 : 0;
      programmed.round[j] += again[j];
    }
    cells.run(targets, start, again, result);
  }
  return programmed;
}

}  // namespace ohm
