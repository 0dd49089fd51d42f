// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/sweep_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

using Values = std::map<std::string, FieldValue>;

/// Which points of a sweep take a variant: `number` advances by `stride` with each value.
struct Variant {
  Values values;
  Index offset = 0;  ///< added to the number of the point
};

/// Whether figures of the macro depend on the key.
bool is_of_macro(const std::string& key) {
  return key.starts_with("macro.") || key == "map.split";
}

bool is_of_workload(const std::string& key) {
  return key == "prompt" || key == "generate" || key == "batch";
}

/// "a+b": both keys.
std::vector<std::string> keys_of(const SweepAxis& axis) {
  std::vector<std::string> keys(1);
  for (const char c : axis.key) {
    if (c == '+') {
      keys.emplace_back();
    } else {
      keys.back() += c;
    }
  }
  return keys;
}

/// All combinations of the axes for which `wanted` holds.
template <class Wanted>
std::vector<Variant> variants_of(const std::vector<SweepAxis>& axes, const Wanted& wanted) {
  std::vector<Variant> variants{{}};
  Index stride = 1;
  for (size_t a = axes.size(); a-- > 0;) {
    const auto n = static_cast<Index>(std::ssize(axes[a].values));
    if (wanted(axes[a].key)) {
      std::vector<Variant> more;
      for (const Variant& variant : variants) {
        for (Index i = 0; i < n; ++i) {
          Variant one = variant;
          for (const std::string& key : keys_of(axes[a])) {
            one.values[key] = axes[a].values[static_cast<size_t>(i)];
          }
          one.offset += i * stride;
          more.push_back(std::move(one));
        }
      }
      variants = std::move(more);
    }
    stride *= n;
  }
  return variants;
}

Index count_points(const std::vector<SweepAxis>& axes) {
  constexpr double kMost = 1e8;
  double n = 1.0;
  for (const SweepAxis& axis : axes) {
    if (axis.values.empty()) {
      throw ArgumentError(fmt::format("sweep: {} has no values; expected at least one", axis.key));
    }
    n *= static_cast<double>(axis.values.size());
  }
  if (n > kMost) {
    throw ArgumentError(
        fmt::format("sweep: {:.3g} points; expected at most {:.3g}: split the sweep", n, kMost));
  }
  return static_cast<Index>(n);
}

/// A chip, or a workload, or why there is none.
template <class Made>
struct Built {
  std::unique_ptr<Made> made;
  std::string problem;
};

/// `make()`, or the sentence with which it failed.
template <class Made, class Make>
Built<Made> build(const Make& make) {
  try {
    return {std::make_unique<Made>(make()), {}};
  } catch (const Error& error) {
    return {nullptr, error.what()};
  }
}

ChipSpec with_values(ChipSpec chip, const Values& values) {
  set_values(chip, values);
  return chip;
}

Workload with_values(Workload workload, const Values& values) {
  for (const auto& [key, value] : values) {
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr || *number != std::floor(*number)) {
      throw ArgumentError(fmt::format("sweep: {} is no whole number", key));
    }
    const auto n = static_cast<Index>(*number);
    if (key == "prompt") workload.prompt = n;
    if (key == "generate") workload.generate = n;
    if (key == "batch") workload.batch = n;
  }
  return workload;
}

/// A key that no description has is a mistake in the call, not in a point.
void require_known(const ChipSpec& chip, const SweepAxis& axis) {
  if (is_of_workload(axis.key)) return;
  ChipSpec changed = chip;
  Values values;
  for (const std::string& key : keys_of(axis)) values[key] = axis.values.front();
  ValueSetter setter(values);
  try {
    changed.visit(setter);
  } catch (const ConfigError&) {
    return;  // known, but not this value
  }
  if (setter.found_all()) return;
  throw ArgumentError(fmt::format(
      "sweep: {}: unknown key; expected one of the chip's description, such as macro.adc.bits, or "
      "prompt, generate, batch",
      axis.key));
}

/// Fills the columns point by point.
class Sweep {
 public:
  Sweep(ShapeModel& model, const ChipSpec& chip, Index points)
      : model_(model), chip_(chip), points_(points) {}

  /// Of every chip the figures of the macro, which chips may share.
  void run(const std::vector<Variant>& macros, const std::vector<Variant>& chips,
           std::vector<std::pair<Workload, Index>> workloads) {
    workloads_ = std::move(workloads);
    constexpr size_t kMostChips = 1024;  // that are held at a time
    for (size_t first = 0; first < chips.size(); first += kMostChips) {
      const auto some = std::span(chips).subspan(first);
      run_some(macros, some.first(std::min(kMostChips, some.size())));
    }
  }

  /// Parts of the energy that a point does not have are nothing of it.
  ShapeSweep take() {
    for (auto& [name, column] : result_.columns) {
      if (!name.starts_with("energy_j.")) continue;
      for (size_t i = 0; i < column.size(); ++i) {
        if (std::isnan(column[i]) && !result_.problems.contains(static_cast<Index>(i))) {
          column[i] = 0.0;
        }
      }
    }
    return std::move(result_);
  }

 private:
  void run_some(const std::vector<Variant>& macros, std::span<const Variant> chips) {
    std::vector<Built<ChipSpec>> built;
    for (const Variant& variant : chips) {
      built.push_back(build<ChipSpec>([&] { return with_values(chip_, variant.values); }));
    }
    for (const Variant& variant : macros) {
      const auto figures =
          build<MacroFigures>([&] { return MacroFigures(with_values(chip_, variant.values)); });
      for (size_t c = 0; c < chips.size(); ++c) {
        evaluate(built[c], figures, variant.offset + chips[c].offset);
      }
    }
  }

  void evaluate(const Built<ChipSpec>& chip, const Built<MacroFigures>& figures, Index number) {
    for (const auto& [workload, offset] : workloads_) {
      const Index point = number + offset;
      if (!chip.made || !figures.made) {
        result_.problems[point] = chip.made ? figures.problem : chip.problem;
        continue;
      }
      try {
        write(model_.evaluate(*chip.made, *figures.made, workload), *figures.made, point);
      } catch (const Error& error) {
        result_.problems[point] = error.what();
      }
    }
  }

  void write(const ShapeEstimate& e, const MacroFigures& figures, Index point) {
    const double energy = e.energy.total();
    const std::pair<const char*, double> entries[] = {{"cells", static_cast<double>(e.cells)},
                                                      {"arrays", static_cast<double>(e.arrays)},
                                                      {"tiles", static_cast<double>(e.tiles)},
                                                      {"chips", static_cast<double>(e.chips)},
                                                      {"area_m2", e.area.si()},
                                                      {"chip_area_m2", e.chip_area.si()},
                                                      {"utilisation", e.utilisation},
                                                      {"ttft_s", e.ttft.si()},
                                                      {"tpot_s", e.tpot.si()},
                                                      {"makespan_s", e.makespan.si()},
                                                      {"prefill_path_s", e.prefill.path.si()},
                                                      {"prefill_work_s", e.prefill.work.si()},
                                                      {"decode_path_s", e.decode.path.si()},
                                                      {"decode_work_s", e.decode.work.si()},
                                                      {"tokens_per_s", e.tokens_per_s},
                                                      {"energy_j", energy},
                                                      {"tokens_per_j", e.tokens_per_j},
                                                      {"power_w", e.power.si()}};
    fixed_.resize(std::size(entries), nullptr);
    for (size_t i = 0; i < std::size(entries); ++i) {
      if (fixed_[i] == nullptr) fixed_[i] = &column(entries[i].first);
      (*fixed_[i])[static_cast<size_t>(point)] = entries[i].second;
    }
    write_parts(e.energy, figures, point);
  }

  void write_parts(const ShapeEnergy& energy, const MacroFigures& figures, Index point) {
    const auto& names = figures.components();
    if (names != names_) {
      names_ = names;
      macros_.clear();
      for (const std::string& name : names) macros_.push_back(&column("energy_j." + name));
    }
    for (size_t i = 0; i < energy.macros.size(); ++i) add(*macros_[i], point, energy.macros[i]);
    parts_.resize(kShapeParts, nullptr);
    for (size_t p = 0; p < kShapeParts; ++p) {
      const auto part = static_cast<ShapePart>(p);
      if (parts_[p] == nullptr) {
        if (energy[part] == 0.0) continue;
        parts_[p] = &column(std::string("energy_j.") + to_string(part));
      }
      add(*parts_[p], point, energy[part]);
    }
  }

  /// A part that earlier points did not have is none of theirs.
  static void add(std::vector<double>& column, Index point, double energy) {
    double& entry = column[static_cast<size_t>(point)];
    entry = std::isnan(entry) ? energy : entry + energy;
  }

  std::vector<double>& column(const std::string& name) {
    const auto [at, fresh] = result_.columns.try_emplace(name);
    if (fresh) {
      at->second.assign(static_cast<size_t>(points_), std::numeric_limits<double>::quiet_NaN());
    }
    return at->second;
  }

  ShapeModel& model_;
  const ChipSpec& chip_;
  const Index points_;
  std::vector<std::pair<Workload, Index>> workloads_;
  std::vector<std::string> names_;  // of the macro's components
  std::vector<std::vector<double>*> fixed_, macros_, parts_;
  ShapeSweep result_;
};

}  // namespace

ShapeSweep sweep_shape(ShapeModel& model, const ChipSpec& chip, const Workload& workload,
                       const std::vector<SweepAxis>& axes) {
  const Index points = count_points(axes);
  std::vector<std::pair<Workload, Index>> workloads;
  for (const Variant& variant : variants_of(axes, is_of_workload)) {
    workloads.emplace_back(with_values(workload, variant.values), variant.offset);
  }
  const auto of_chip = [](const std::string& key) {
    return !is_of_macro(key) && !is_of_workload(key);
  };
  for (const SweepAxis& axis : axes) require_known(chip, axis);
  Sweep sweep(model, chip, points);
  sweep.run(variants_of(axes, is_of_macro), variants_of(axes, of_chip), std::move(workloads));
  return sweep.take();
}

}  // namespace ohm
