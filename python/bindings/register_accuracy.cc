// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.h"
#include "crossbar/error_source.h"
#include "mapping/execute/accuracy.h"
#include "mapping/execute/float_engine.h"
#include "python/bindings/arrays.h"
#include "python/bindings/figures/programming_cost.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

using Loaded = std::shared_ptr<LoadedNetwork>;
using Segments = std::vector<std::tuple<std::string, Index, Index>>;

/// Inputs from tokens (sequences, length) or images (images, channels, height, width).
std::vector<Input> inputs_of(const py::array& array) {
  std::vector<Input> inputs;
  if (array.ndim() == 2) {
    const Array<std::int64_t> tokens(array);
    for (py::ssize_t i = 0; i < tokens.shape(0); ++i) {
      const auto* first = tokens.data(i, 0);
      inputs.push_back({{first, first + tokens.shape(1)}, {}, {}, 0});
    }
    return inputs;
  }
  if (array.ndim() != 4) {
    throw ArgumentError(
        fmt::format("inputs: {} axes found; expected tokens (sequences, length) or "
                    "images (images, channels, height, width)",
                    array.ndim()));
  }
  const Array<float> images(array);
  const Shape each(images.shape() + 1, images.shape() + 4);
  const auto size = static_cast<size_t>(each[0] * each[1] * each[2]);
  for (py::ssize_t i = 0; i < images.shape(0); ++i) {
    const float* first = images.data() + static_cast<size_t>(i) * size;
    inputs.push_back({{}, {}, Tensor(each, {first, first + size}), 0});
  }
  return inputs;
}

std::shared_ptr<EvaluationSet> make_set(const py::array& array, const std::vector<Index>& labels,
                                        const Segments& segments) {
  auto set = std::make_shared<EvaluationSet>(EvaluationSet{inputs_of(array), labels, {}});
  for (const auto& [name, from, to] : segments) set->segments.push_back({name, from, to});
  return set;
}

py::dict score_of(const Score& score) {
  py::dict row;
  row["nll"] = score.nll;
  row["perplexity"] = score.perplexity;
  row["accuracy"] = score.accuracy;
  row["count"] = score.count;
  return row;
}

/// Scores of everything and of the segments by name.
py::dict scores_of(const Accuracy& accuracy, const EvaluationSet& set) {
  py::dict result;
  result["whole"] = score_of(accuracy.whole);
  py::dict segments;
  for (size_t i = 0; i < accuracy.segments.size(); ++i) {
    segments[py::str(set.segments[i].name)] = score_of(accuracy.segments[i]);
  }
  result["segments"] = segments;
  return result;
}

py::dict scored(const LoadedNetwork& network, const MatmulEngine& engine, const EvaluationSet& set,
                int threads) {
  Accuracy accuracy;
  {
    const py::gil_scoped_release released;
    accuracy = evaluate(network.graph(), network.require_weights(), engine, set, threads);
  }
  return scores_of(accuracy, set);
}

/// The integers of a network on one kind of macro.
struct Quantised {
  Loaded network;
  std::shared_ptr<const Calibration> calibration;
  QuantizedNetwork integers;
};

std::shared_ptr<Quantised> quantise(Loaded network, const ChipSpec& chip,
                                    std::shared_ptr<Calibration> calibration) {
  auto result = std::make_shared<Quantised>(Quantised{network, calibration, {}});
  result->integers =
      quantize_network(network->graph(), network->require_weights(), chip, *calibration);
  return result;
}

/// One programmed chip.
class ProgrammedChip {
 public:
  ProgrammedChip(std::shared_ptr<const Quantised> from, const ChipSpec& chip, std::uint32_t seed,
                 std::uint32_t number, int threads)
      : from_(std::move(from)),
        engine_(from_->network->graph(), from_->integers, chip, *from_->calibration,
                {seed, number, 0}, threads) {}

  py::dict score(const EvaluationSet& set, int threads) const {
    return scored(*from_->network, engine_, set, threads);
  }
  py::list quality() const;
  py::dict programming() const { return to_dict(engine_.programming()); }

 private:
  std::shared_ptr<const Quantised> from_;
  CrossbarEngine engine_;
};

py::list ProgrammedChip::quality() const {
  std::vector<MatmulQuality> all;
  {
    const py::gil_scoped_release released;
    all = matmul_quality(from_->network->graph(), from_->network->require_weights(), engine_,
                         *from_->calibration);
  }
  py::list rows;
  for (size_t i = 0; i < all.size(); ++i) {
    const MatmulQuality& quality = all[i];
    py::dict row;
    row["analog"] = engine_.is_analog(static_cast<Index>(i));
    row["redundancy"] = engine_.redundancy(static_cast<Index>(i));
    row["sqnr_db"] = quality.sqnr_db;
    row["clip_rate"] = quality.clip_rate;
    row["fused_rate"] = quality.fused_rate;
    row["wire_loss"] = quality.wire_loss;
    row["activity"] = quality.activity;
    row["independent_activity"] = quality.independent_activity();
    row["bit_density"] = quality.activity.bit_density;
    row["cell_level"] = quality.activity.cell_level;
    row["mean_cell_level"] = quality.mean_cell_level;
    rows.append(row);
  }
  return rows;
}

ChipSpec chip_with_only(ChipSpec chip, const std::string& source) {
  chip.macro = with_only(chip.macro, source);
  for (MacroKindSpec& kind : chip.macros) kind.macro = with_only(kind.macro, source);
  return chip;
}

/// Logits of one input in floats: tokens (length,) or an image (channels, height, width).
py::array_t<float> logits(const LoadedNetwork& network, const py::array& array) {
  const std::vector<Input> inputs = inputs_of(array);
  Tensor out;
  {
    const py::gil_scoped_release released;
    const Weights& weights = network.require_weights();
    out = run(network.graph(), weights, FloatEngine(weights), inputs.at(0));
  }
  const Shape shape = out.shape;
  return to_array(std::move(out.values), shape);
}

}  // namespace

void register_accuracy(py::module_& module) {
  using Released = py::call_guard<py::gil_scoped_release>;
  py::class_<EvaluationSet, std::shared_ptr<EvaluationSet>>(module, "EvaluationSet",
                                                            "What a network is scored on.")
      .def(py::init(&make_set), py::arg("inputs"), py::arg("labels"), py::arg("segments"))
      .def("__len__", [](const EvaluationSet& set) { return set.inputs.size(); });
  py::class_<Calibration, std::shared_ptr<Calibration>>(
      module, "Calibration", "Inputs of every matrix while the network runs in floats.")
      .def_static(
          "record",
          [](const LoadedNetwork& network, const EvaluationSet& set, Index limit) {
            return std::make_shared<Calibration>(
                record_calibration(network.graph(), network.require_weights(), set.inputs, limit));
          },
          py::arg("network"), py::arg("set"), py::arg("limit"), Released())
      .def("channel_maxima", &channel_maxima, "Largest |x| of every channel of every matrix.");
  py::class_<Quantised, std::shared_ptr<Quantised>>(module, "QuantisedNetwork",
                                                    "A network as the integers of a macro.")
      .def(py::init(&quantise), py::arg("network"), py::arg("chip"), py::arg("calibration"),
           Released())
      .def(
          "score",
          [](const Quantised& q, const EvaluationSet& set, int threads) {
            return scored(*q.network, QuantizedEngine(q.integers), set, threads);
          },
          py::arg("set"), py::arg("threads"), "Scores with everything analog ideal.");
  py::class_<ProgrammedChip, std::shared_ptr<ProgrammedChip>>(
      module, "ProgrammedChip", "One chip with a network programmed into its crossbars.")
      .def(py::init<std::shared_ptr<const Quantised>, const ChipSpec&, std::uint32_t, std::uint32_t,
                    int>(),
           py::arg("quantised"), py::arg("chip"), py::arg("seed"), py::arg("number"),
           py::arg("threads"), Released())
      .def("score", &ProgrammedChip::score, py::arg("set"), py::arg("threads"))
      .def("programming", &ProgrammedChip::programming, "What writing all of its cells took.")
      .def("quality", &ProgrammedChip::quality, "How each matrix fares on its calibration inputs.");
  module.def(
      "float_score",
      [](const LoadedNetwork& network, const EvaluationSet& set, int threads) {
        return scored(network, FloatEngine(network.require_weights()), set, threads);
      },
      py::arg("network"), py::arg("set"), py::arg("threads"), "Scores in floats.");
  module.def("logits", &logits, py::arg("network"), py::arg("inputs"),
             "Logits of the first input, in floats.");
  module.def(
      "chip_with_only",
      [](const ChipSpec& chip, const std::string& source) {
        return std::make_shared<ChipSpec>(chip_with_only(chip, source));
      },
      py::arg("chip"), py::arg("source"), "The chip with one imperfection of its macros left.");
}

}  // namespace ohm::python
