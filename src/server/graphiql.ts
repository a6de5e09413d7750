/** What GraphiQL opens with: enough to see that it works, and to go on from. */
export const firstQuery = `# Welcome to Patchbay.
#
# Put your key into the "Headers" tab below:
#   { "Authorization": "Bearer acc_…" }
# then press the play button (Ctrl-Enter).

query Welcome {
  viewer {
    kind
    role
    organization {
      name
      projects(first: 5) {
        nodes {
          id
          name
          connections(first: 10) {
            totalCount
            nodes {
              id
              name
              type
              status
              secretFields
            }
          }
        }
      }
    }
  }
}
`;
