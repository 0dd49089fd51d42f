// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/tensor_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

std::string prefix_of(const std::string& family) {
  return (family == "gpt2" ? "transformer" : family) + ".";
}

}  // namespace

TensorSource::TensorSource(const TransformerSpec& spec, const Checkpoint& checkpoint)
    : spec_(spec), checkpoint_(checkpoint), prefix_(prefix_of(spec.family)) {}

std::string TensorSource::find(const std::string& name) const {
  for (const std::string& full : {prefix_ + name, name}) {
    if (checkpoint_.contains(full)) return full;
  }
  return "";
}

void TensorSource::refuse_missing(const std::string& name, const Shape& shape) const {
  throw ConfigError(fmt::format(
      "{}: no tensor '{}'; expected one of shape {}, with or without '{}' before its name{}",
      checkpoint_.path().string(), name, to_string(shape), prefix_,
      did_you_mean(prefix_ + name, checkpoint_.names())));
}

Tensor TensorSource::read(const std::string& name, const Shape& shape) const {
  const std::string full = find(name);
  if (full.empty()) refuse_missing(name, shape);
  const std::string where = fmt::format("{}: tensor '{}'", checkpoint_.path().string(), full);
  if (const Shape& found = checkpoint_.at(full).shape; found != shape) {
    throw ConfigError(
        fmt::format("{}: shape {} found; expected {}; does it belong to this "
                    "config.json?",
                    where, to_string(found), to_string(shape)));
  }
  Tensor tensor = checkpoint_.read_float(full);
  require_finite(tensor, where);
  return tensor;
}

Tensor TensorSource::read_transposed(const std::string& name, const Shape& shape) const {
  return transposed(read(name, {shape.at(1), shape.at(0)}));
}

Tensor TensorSource::norm_part(const std::string& name, const std::string& now,
                               const std::string& before) const {
  const bool old = !contains(name + now) && contains(name + before);
  return read(name + (old ? before : now), {spec_.d_model});
}

Tensor TensorSource::norm_gain(const std::string& name) const {
  return norm_part(name, ".weight", ".gamma");
}

Tensor TensorSource::norm_bias(const std::string& name) const {
  return norm_part(name, ".bias", ".beta");
}

void TensorSource::refuse_more_layers(const std::string& layers) const {
  const std::string next = fmt::format("{}{}.", layers, spec_.n_layers);
  for (const std::string& name : checkpoint_.names()) {
    if (!name.starts_with(next) && !name.starts_with(prefix_ + next)) continue;
    throw ConfigError(
        fmt::format("{}: tensor {} belongs to layer {} (from 0); expected {} layers; "
                    "does it belong to this config.json?",
                    checkpoint_.path().string(), in_quotes(name), spec_.n_layers, spec_.n_layers));
  }
}

Tensor transposed(const Tensor& matrix) {
  const Index rows = matrix.dim(0), columns = matrix.dim(1);
  Tensor out({columns, rows});
  constexpr Index tile = 32;  // both sides of a tile stay in the cache
  for (Index i0 = 0; i0 < rows; i0 += tile) {
    for (Index j0 = 0; j0 < columns; j0 += tile) {
      for (Index i = i0; i < std::min(i0 + tile, rows); ++i) {
        for (Index j = j0; j < std::min(j0 + tile, columns); ++j) {
          out.values[static_cast<size_t>(j * rows + i)] =
              matrix.values[static_cast<size_t>(i * columns + j)];
        }
      }
    }
  }
  return out;
}

Tensor side_by_side(const std::vector<Tensor>& parts) {
  Shape shape = parts.at(0).shape;
  shape.back() = 0;
  for (const Tensor& part : parts) shape.back() += part.dim(-1);
  Tensor out(shape);
  for (Index i = 0; i < out.rows(); ++i) {
    auto to = out.row(i).begin();
    for (const Tensor& part : parts) {
      const auto from = part.row(i);
      to = std::copy(from.begin(), from.end(), to);
    }
  }
  return out;
}

}  // namespace ohm
