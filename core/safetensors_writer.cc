// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/half.h"
#include "core/spelling.h"

namespace ohm {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace {

using nlohmann::json;

template <class T>
std::vector<std::byte> to_bytes(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

void require_fit(const NamedTensor& tensor) {
  const Index bits = element_count(tensor.shape, 8) * bits_each(tensor.dtype);
  if (std::ssize(tensor.bytes) * 8 != bits)
    throw ArgumentError(fmt::format("tensor {}: got {} bytes; expected {} for shape {} of {}",
                                    in_quotes(tensor.name), tensor.bytes.size(), bits / 8,
                                    to_string(tensor.shape), to_string(tensor.dtype)));
}

std::vector<const NamedTensor*> in_file_order(const std::vector<NamedTensor>& tensors) {
  std::vector<const NamedTensor*> ordered;
  for (const NamedTensor& tensor : tensors) ordered.push_back(&tensor);
  std::sort(ordered.begin(), ordered.end(), [](const NamedTensor* a, const NamedTensor* b) {
    const Index bits_a = bits_each(a->dtype), bits_b = bits_each(b->dtype);
    return bits_a != bits_b ? bits_a > bits_b : a->name < b->name;
  });
  return ordered;
}

json header_of(const std::vector<const NamedTensor*>& tensors,
               const std::map<std::string, std::string>& metadata) {
  json header = json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const NamedTensor* tensor : tensors) {
    require_fit(*tensor);
    if (tensor->name == "__metadata__" || header.contains(tensor->name))
      throw ArgumentError(fmt::format("tensor {}: the name is {}; expected a name of its own",
                                      in_quotes(tensor->name),
                                      header.contains(tensor->name) ? "taken" : "reserved"));
    const std::size_t end = offset + tensor->bytes.size();
    header[tensor->name] = {{"dtype", to_string(tensor->dtype)},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, end}}};
    offset = end;
  }
  return header;
}

/// The 8-byte length followed by the JSON, padded with spaces to a multiple of 8.
std::string encode(const json& header, const std::filesystem::path& path) {
  std::string text;
  try {
    text = header.dump();
  } catch (const json::type_error&) {
    throw ArgumentError(fmt::format(
        "{}: a tensor's name or the metadata is not UTF-8; expected text in UTF-8", path.string()));
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  if (length > longest_safetensors_header)
    throw ArgumentError(
        fmt::format("{}: header of {} bytes; expected at most {}; store less "
                    "metadata or fewer tensors per file",
                    path.string(), length, longest_safetensors_header));
  const auto prefix = std::bit_cast<std::array<char, sizeof length>>(length);
  return std::string(prefix.begin(), prefix.end()) + text;
}

}  // namespace

NamedTensor as_f32(std::string name, const Tensor& tensor) {
  return {std::move(name), Dtype::f32, tensor.shape, to_bytes<float>(tensor.values)};
}

NamedTensor as_f16(std::string name, const Tensor& tensor) {
  std::vector<std::uint16_t> halves;
  halves.reserve(tensor.values.size());
  for (const float value : tensor.values) {
    halves.push_back(float_to_half(value));
    if (std::isfinite(value) && std::isinf(half_to_float(halves.back())))
      throw ArgumentError(fmt::format(
          "tensor {}: value {} at flat index {} is beyond fp16; expected a size below 65520; store "
          "it as F32 or rescale it",
          in_quotes(name), value, halves.size() - 1));
  }
  return {std::move(name), Dtype::f16, tensor.shape, to_bytes<std::uint16_t>(halves)};
}

NamedTensor as_i64(std::string name, Shape shape, std::span<const std::int64_t> values) {
  NamedTensor tensor{std::move(name), Dtype::i64, std::move(shape), to_bytes(values)};
  require_fit(tensor);
  return tensor;
}

void write_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto ordered = in_file_order(tensors);
  const std::string header = encode(header_of(ordered, metadata), path);
  std::vector<std::span<const std::byte>> parts{std::as_bytes(std::span(header))};
  for (const NamedTensor* tensor : ordered) parts.emplace_back(tensor->bytes);
  write_file_atomically(path, parts);
}

}  // namespace ohm
