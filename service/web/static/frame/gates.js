// Controls that only some may use, or that only a newer service can serve, are not there for the others.
//
// data-needs = an operation of the API, data-roles = the roles that may call it.

/** Hide what the user cannot use, below a node. */
export function gate(session, root = document) {
  for (const control of root.querySelectorAll("[data-needs], [data-roles]")) {
    const { needs, roles } = control.dataset;
    control.hidden = (needs && !session.offers(needs)) || (roles && !session.has(...roles.split(" ")));
  }
}
