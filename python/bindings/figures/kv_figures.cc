// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/figures/kv_figures.h"

#include <cmath>

namespace py = pybind11;

namespace ohm::python {
namespace {

constexpr double kYear = 365.25 * 86400.0;

/// None where a break-even is never reached.
py::object finite(double value) {
  return std::isfinite(value) ? py::object(py::float_(value)) : py::none();
}

py::object lifetime(const Estimate& estimate) {
  if (!estimate.kv_lifetime) return py::none();
  const KvLifetime& life = *estimate.kv_lifetime;
  py::dict row;
  row["positions"] = life.positions;
  row["tokens_per_s"] = life.tokens_per_s;
  row["back_to_back"] = life.back_to_back;
  row["rewrites_per_s"] = life.rewrites.si();
  row["endurance"] = life.endurance;
  row["cycles_per_update"] = life.cycles_per_update;
  row["median_s"] = life.median.si();
  row["median_years"] = life.median.si() / kYear;
  row["first_percent_s"] = life.first_percent.si();
  return row;
}

py::dict rewritten(const RewrittenStack& it) {
  py::dict row;
  row["parts"] = it.parts;
  row["passes"] = it.passes;
  row["writes"] = it.writes;
  row["cells"] = it.cells;
  row["time_s"] = it.time.si();
  row["memory_bound"] = it.memory_bound;
  row["energy_j"] = it.energy.si();
  row["break_even_tokens_chips_energy"] = finite(it.chips_energy);
  row["break_even_tokens_streamed_energy"] = finite(it.streamed_energy);
  row["break_even_tokens_streamed_time"] = finite(it.streamed_time);
  return row;
}

py::object reprogramming(const Estimate& estimate) {
  if (!estimate.reprogramming) return py::none();
  const Reprogramming& it = *estimate.reprogramming;
  py::dict row = rewritten(it);
  row["taken"] = it.taken;
  row["decision"] = it.decision;
  row["chips_instead"] = it.chips_instead;
  row["lifetime_s"] = it.lifetime.si();
  row["source"] = it.source ? py::object(rewritten(*it.source)) : py::none();
  return row;
}

py::object parallelism(const Estimate& estimate) {
  if (!estimate.parallelism) return py::none();
  py::list ways;
  for (const ParallelWay& it : estimate.parallelism->ways) {
    py::dict row;
    row["tensor_parallel"] = it.tensor_parallel;
    row["chips"] = it.chips;
    row["ttft_s"] = it.ttft.si();
    row["tpot_s"] = it.tpot.si();
    row["makespan_s"] = it.makespan.si();
    row["energy_per_token_j"] = it.energy_per_token.si();
    row["energy_delay_js"] = it.energy_delay;
    row["break_even_positions"] = finite(it.break_even);
    ways.append(row);
  }
  py::dict row;
  row["taken"] = estimate.parallelism->cheapest().tensor_parallel;
  row["decision"] = estimate.parallelism->decision;
  row["ways"] = ways;
  return row;
}

}  // namespace

void add_kv_figures(const Estimate& estimate, py::dict& row) {
  row["kv_place"] = estimate.kv_place;
  row["kv_lifetime"] = lifetime(estimate);
  row["reprogramming"] = reprogramming(estimate);
  row["parallelism"] = parallelism(estimate);
}

}  // namespace ohm::python
