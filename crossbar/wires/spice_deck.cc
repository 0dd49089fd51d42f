// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/spice_deck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

/// Elements between named nodes; printed once all resistors of 0 Ohm have joined theirs.
class Netlist {
 public:
  using Node = size_t;

  Node node(std::string name) {
    names_.push_back(std::move(name));
    joined_.push_back(joined_.size());
    return joined_.back();
  }
  void resistor(Node a, Node b, double ohms) {
    if (ohms == 0.0) {
      joined_[root(a)] = root(b);
    } else {
      elements_.push_back({"R", a, b, fmt::format("{:.17g}", ohms)});
    }
  }
  /// `formula` is the current from a to b; {a} and {b} stand for their names.
  void current(Node a, Node b, std::string formula) {
    elements_.push_back({"B", a, b, std::move(formula)});
  }

  std::string str(const std::string& title, std::span<const Node> sources,
                  std::span<const double> volts, std::span<const Node> outputs) const {
    std::string text = "* " + title + "\n";
    // The tolerances ask for all digits; without gmin nothing but the array conducts.
    text += ".options gmin=1e-30 reltol=1e-12 abstol=1e-30 vntol=1e-18 pivtol=1e-40 itl1=1000\n";
    for (size_t k = 0; k < sources.size(); ++k) {
      text += fmt::format("Vin{} {} 0 dc {:.17g}\n", k, name(sources[k]), volts[k]);
    }
    for (size_t k = 0; k < elements_.size(); ++k) append(text, elements_[k], k);
    for (size_t k = 0; k < outputs.size(); ++k) {
      text += fmt::format("Vout{} {} 0 dc 0\n", k, name(outputs[k]));
    }
    text += ".control\nset numdgt=15\nop\n";
    for (size_t k = 0; k < outputs.size(); ++k) text += fmt::format("print i(vout{})\n", k);
    return text + "quit\n.endc\n.end\n";
  }

 private:
  struct Element {
    const char* kind;
    Node a, b;
    std::string value;
  };

  Node root(Node n) const {
    while (joined_[n] != n) n = joined_[n];
    return n;
  }
  const std::string& name(Node n) const { return names_[root(n)]; }

  void append(std::string& text, const Element& e, size_t number) const {
    const std::string &a = name(e.a), &b = name(e.b);
    if (a == b) return;
    const std::string value = e.kind[0] == 'B'
                                  ? "I=" + fmt::format(fmt::runtime(e.value),
                                                       fmt::arg("v", fmt::format("V({},{})", a, b)))
                                  : e.value;
    text += fmt::format("{}{} {} {} {}\n", e.kind, number, a, b, value);
  }

  std::vector<std::string> names_;
  std::vector<Node> joined_;
  std::vector<Element> elements_;
};

using Node = Netlist::Node;

void check_curve(const SpiceCurve& curve, const Matrix<double>& g) {
  if (!std::isfinite(curve.v0) || curve.v0 < 0.0) {
    throw ArgumentError(fmt::format(
        "v0: {} V found; expected a positive voltage, or 0 for cells without sinh", curve.v0));
  }
  for (const Matrix<double>* a : {&curve.a2, &curve.a3}) {
    if (a->size() == 0) continue;
    if (a->rows != g.rows || a->cols != g.cols || curve.v0 > 0.0) {
      throw ArgumentError(fmt::format(
          "a2, a3: shape ({}, {}) found; expected that of g, ({}, {}), and no v0 beside it",
          a->rows, a->cols, g.rows, g.cols));
    }
    if (!std::all_of(a->values.begin(), a->values.end(),
                     [](double c) { return std::isfinite(c); })) {
      throw ArgumentError("a2, a3: NaN or Inf found; expected finite coefficients");
    }
  }
}

void check_inputs(std::span<const std::uint8_t> x, double v_read, Index n_wordlines) {
  Matrix<std::uint8_t> row(1, std::ssize(x));
  std::copy(x.begin(), x.end(), row.values.begin());
  check_gated_inputs(row, n_wordlines, v_read);
}

/// Cell (i, j) between nodes a and b.
void add_cell(Netlist& net, Node a, Node b, const Matrix<double>& g, const SpiceCurve& curve,
              Index i, Index j) {
  const double siemens = g(i, j);
  const double a2 = curve.a2.size() > 0 ? curve.a2(i, j) : 0.0;
  const double a3 = curve.a3.size() > 0 ? curve.a3(i, j) : 0.0;
  if (a2 != 0.0 || a3 != 0.0) {
    net.current(a, b,
                fmt::format("{:.17g}*{{v}}+({:.17g})*{{v}}*{{v}}+({:.17g})*{{v}}*{{v}}*{{v}}",
                            siemens, a2, a3));
  } else if (siemens > 0.0 && curve.v0 > 0.0) {
    net.current(a, b, fmt::format("{:.17g}*sinh({{v}}/{:.17g})", siemens * curve.v0, curve.v0));
  } else if (std::isfinite(1.0 / siemens)) {
    net.resistor(a, b, 1.0 / siemens);
  }
}

/// The nodes of a line, joined by resistors.
std::vector<Node> line(Netlist& net, const std::string& first, const std::string& last, Index count,
                       double segment) {
  std::vector<Node> nodes;
  for (Index k = 0; k < count; ++k) {
    nodes.push_back(net.node(fmt::format("{}{}{}", first, k, last)));
    if (k > 0) net.resistor(nodes.rbegin()[1], nodes.back(), segment);
  }
  return nodes;
}

struct Bitlines {
  std::vector<std::vector<Node>> nodes;  ///< [column][row]
  std::vector<Node> outputs;
};

Bitlines add_bitlines(Netlist& net, const Matrix<double>& g, const WireResistances& wires) {
  Bitlines bitlines;
  for (Index j = 0; j < g.cols; ++j) {
    const Node out = net.node(fmt::format("out{}", j));
    const auto nodes = line(net, "b", fmt::format("_{}", j), g.rows, wires.r_bitline);
    net.resistor(nodes.back(), out, wires.r_sense);
    if (wires.sense_both_ends) net.resistor(nodes.front(), out, wires.r_sense);
    bitlines.nodes.push_back(nodes);
    bitlines.outputs.push_back(out);
  }
  return bitlines;
}

/// Wordlines as lines of their own, whatever drives them.
std::string crossed_deck(const std::string& title, const Matrix<double>& g,
                         const WireResistances& wires, std::span<const double> v,
                         const SpiceCurve& curve) {
  Netlist net;
  const Bitlines bitlines = add_bitlines(net, g, wires);
  std::vector<Node> sources;
  for (Index i = 0; i < g.rows; ++i) {
    sources.push_back(net.node(fmt::format("in{}", i)));
    const auto wordline = line(net, fmt::format("w{}_", i), "", g.cols, wires.r_wordline);
    net.resistor(wordline.front(), sources.back(), wires.r_driver);
    if (wires.drive_both_ends) net.resistor(wordline.back(), sources.back(), wires.r_driver);
    for (Index j = 0; j < g.cols; ++j) {
      const auto row = static_cast<size_t>(i), column = static_cast<size_t>(j);
      add_cell(net, wordline[column], bitlines.nodes[column][row], g, curve, i, j);
    }
  }
  return net.str(title, sources, v, bitlines.outputs);
}

std::string title(const char* array, const Matrix<double>& g) {
  return fmt::format("{}, {} wordlines, {} bitlines", array, g.rows, g.cols);
}

}  // namespace

std::string driven_deck(const Matrix<double>& g, const WireResistances& wires,
                        std::span<const double> v, const SpiceCurve& curve) {
  check_network(g, wires);
  check_curve(curve, g);
  Matrix<double> volts(1, std::ssize(v));
  std::copy(v.begin(), v.end(), volts.values.begin());
  check_voltages(volts, g.rows);
  return crossed_deck(title("driven array", g), g, wires, v, curve);
}

std::string gated_deck(const Matrix<double>& g, const GatedWires& wires,
                       std::span<const std::uint8_t> x, double v_read, const SpiceCurve& curve) {
  const WireResistances checked{.r_wordline = wires.r_sourceline,
                                .r_bitline = wires.r_bitline,
                                .r_driver = wires.r_driver,
                                .r_sense = wires.r_sense};
  check_network(g, checked);
  check_curve(curve, g);
  check_inputs(x, v_read, g.rows);
  Netlist net;
  const Bitlines bitlines = add_bitlines(net, g, checked);
  const Node source = net.node("in0");
  for (Index j = 0; j < g.cols; ++j) {
    const auto lines = line(net, "s", fmt::format("_{}", j), g.rows, wires.r_sourceline);
    if (wires.feed != SourceFeed::far) net.resistor(lines.front(), source, wires.r_driver);
    if (wires.feed != SourceFeed::near) net.resistor(lines.back(), source, wires.r_driver);
    for (Index i = 0; i < g.rows; ++i) {
      const auto row = static_cast<size_t>(i), column = static_cast<size_t>(j);
      if (x[row] != 0) add_cell(net, lines[row], bitlines.nodes[column][row], g, curve, i, j);
    }
  }
  return net.str(title("gated array", g), std::span(&source, 1), std::span(&v_read, 1),
                 bitlines.outputs);
}

std::string gated_row_line_deck(const Matrix<double>& g, const RowLineWires& wires,
                                std::span<const std::uint8_t> x, double v_read,
                                const SpiceCurve& curve) {
  check_conductances(g);
  check_inputs(x, v_read, g.rows);
  check_curve(curve, g);
  Matrix<double> on = g;
  SpiceCurve curve_on = curve;
  for (Index i = 0; i < g.rows; ++i) {
    if (x[static_cast<size_t>(i)] != 0) continue;
    for (Matrix<double>* cells : {&on, &curve_on.a2, &curve_on.a3}) {
      if (cells->size() > 0) std::ranges::fill(cells->row(i), 0.0);
    }
  }
  const WireResistances crossed{.r_wordline = wires.r_sourceline,
                                .r_bitline = wires.r_bitline,
                                .r_driver = wires.r_driver,
                                .r_sense = wires.r_sense};
  check_network(g, crossed);
  const std::vector<double> v(static_cast<size_t>(g.rows), v_read);
  return crossed_deck(title("gated array with source lines along wordlines", g), on, crossed, v,
                      curve_on);
}

}  // namespace ohm
