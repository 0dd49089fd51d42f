// SPDX-License-Identifier: Apache-2.0
#include "core/config/writer.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace ohm {
namespace {

std::string scalar_text(const Json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  const bool plain = !text.empty() &&
                     text.find_first_of(":#{}[],&*!|>'\"%@`\n") == std::string::npos &&
                     text.front() != ' ' && text.back() != ' ' && text.front() != '?' &&
                     (text.front() != '-' || (text.size() > 1 && text[1] != ' ' && text[1] != '-'));
  return plain ? text : value.dump();
}

std::string flow_text(const Json& value) {
  if (!value.is_structured()) return scalar_text(value);
  std::string text;
  for (const auto& [key, item] : value.items()) {
    text += (text.empty() ? "" : ", ") + (value.is_object() ? scalar_text(key) + ": " : "") +
            flow_text(item);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

bool holds_maps(const Json& list) {
  return std::all_of(list.begin(), list.end(),
                     [](const Json& item) { return item.is_object() && !item.empty(); });
}

/// What a YAML text says, its scalars as they stand.
Json tree_of(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  Json tree;
  for (const auto& entry : node) {
    if (node.IsMap()) {
      tree[entry.first.Scalar()] = tree_of(entry.second);
    } else {
      tree.push_back(tree_of(entry));
    }
  }
  if (tree.is_null() && node.IsSequence()) return Json::array();
  if (tree.is_null() && node.IsMap()) return Json::object();
  return tree;
}

void write(const Json& map, const std::string& indent, std::string& out);

void write_value(const Json& value, const std::string& indent, std::string& out) {
  if (value.is_object()) {
    out += value.empty() ? " {}\n" : "\n";
    write(value, indent + "  ", out);
  } else if (value.is_array() && !value.empty() && holds_maps(value)) {
    out += "\n";
    for (const Json& item : value) {
      std::string body;
      write(item, indent + "    ", body);
      // the first key of an item stands behind its dash
      body.replace(indent.size() + 2, 2, "- ");
      out += body;
    }
  } else {
    out += " " + flow_text(value) + "\n";
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
  for (const Override& entry : entries) map[entry.key] = tree_of(YAML::Load(entry.value));
  tree_[field.name] = map;
}

std::string to_yaml(const Json& tree) {
  std::string out;
  write(tree, "", out);
  return out;
}

}  // namespace ohm
