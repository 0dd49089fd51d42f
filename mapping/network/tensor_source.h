// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/tensor.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Tensors of a checkpoint by the Hugging Face names of one family, checked as they are read.
///
/// Every method throws ConfigError, naming file and tensor, on a missing tensor, another shape, NaN
/// or Inf.
class TensorSource {
 public:
  TensorSource(const TransformerSpec& spec, const Checkpoint& checkpoint);

  const TransformerSpec& spec() const { return spec_; }
  bool contains(const std::string& name) const { return !find(name).empty(); }

  /// The tensor called `name`, with or without the family's prefix.
  Tensor read(const std::string& name, const Shape& shape) const;
  /// The same for one that is stored (columns, rows), as PyTorch's Linear does: (rows, columns).
  Tensor read_transposed(const std::string& name, const Shape& shape) const;
  /// `name`.weight or `name`.gamma; `name`.bias or `name`.beta.
  Tensor norm_gain(const std::string& name) const;
  Tensor norm_bias(const std::string& name) const;
  /// Throws ConfigError if there is a tensor of a layer beyond the network's.
  void refuse_more_layers(const std::string& layers) const;

 private:
  std::string find(const std::string& name) const;
  Tensor norm_part(const std::string& name, const std::string& now,
                   const std::string& before) const;
  [[noreturn]] void refuse_missing(const std::string& name, const Shape& shape) const;

  const TransformerSpec& spec_;
  const Checkpoint& checkpoint_;
  std::string prefix_;
};

/// The transpose of a matrix.
Tensor transposed(const Tensor& matrix);

/// Tensors with the same number of rows, side by side along the last axis.
Tensor side_by_side(const std::vector<Tensor>& parts);

}  // namespace ohm
