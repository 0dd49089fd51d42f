// SPDX-License-Identifier: Apache-2.0
#include "core/config/writer.h"

#include <fmt/format.h>

namespace ohm {
namespace {

std::string scalar_text(const Json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool plain =
      !text.empty() && text.find_first_of(":#{}[],&*!|>'\"%@`\n") == std::string::npos &&
      text.front() != ' ' && text.back() != ' ' && text.front() != '-' && text.front() != '?';
  return plain ? text : value.dump();
}

std::string flow_text(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + scalar_text(item);
  return "[" + text + "]";
}

bool is_flat(const Json& list) {
  for (const Json& item : list) {
    if (item.is_structured()) return false;
  }
  return true;
}

void write(const Json& map, const std::string& indent, std::string& out);

void write_value(const Json& value, const std::string& indent, std::string& out) {
  if (value.is_object()) {
    out += value.empty() ? " {}\n" : "\n";
    write(value, indent + "  ", out);
  } else if (value.is_array() && !is_flat(value)) {
    out += "\n";
    for (const Json& item : value) {
      std::string body;
      write(item, indent + "    ", body);
      // the first key of an item stands behind its dash
      body.replace(indent.size() + 2, 2, "- ");
      out += body;
    }
  } else {
    out += " " + (value.is_array() ? flow_text(value) : scalar_text(value)) + "\n";
  }
}

void write(const Json& map, const std::string& indent, std::string& out) {
  for (const auto& [key, value] : map.items()) {
    out += indent + key + ":";
    write_value(value, indent, out);
  }
}

}  // namespace

void ConfigWriter::value(const Field& field, Index& value) {
  for (const auto& [word, number] : field.words) {
    if (value == number) return put(field, word);
  }
  put(field, value);
}

void ConfigWriter::quantity(const Field& field, double& si, Dimension dimension) {
  if (quantities_ == Quantities::si) return put(field, si);
  put(field, format_quantity(si, dimension));
}

void ConfigWriter::group(const Field& field, const Walk& walk) {
  ConfigWriter inner(quantities_);
  walk(inner);
  tree_[field.name] = inner.tree();
}

void ConfigWriter::component(const Field& field, const std::string&, std::string&,
                             const Walk& walk) {
  group(field, walk);
}

void ConfigWriter::list(const Field& field, Index size,
                        const std::function<void(Visitor&, Index)>& walk) {
  Json items = Json::array();
  for (Index i = 0; i < size; ++i) {
    ConfigWriter inner(quantities_);
    walk(inner, i);
    items.push_back(inner.tree());
  }
  tree_[field.name] = items;
}

void ConfigWriter::entries(const Field& field, std::vector<Override>& entries) {
  Json map = Json::object();
  for (const Override& entry : entries) map[entry.key] = entry.value;
  tree_[field.name] = map;
}

std::string to_yaml(const Json& tree) {
  std::string out;
  write(tree, "", out);
  return out;
}

}  // namespace ohm
