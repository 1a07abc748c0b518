export default function Page() {
  return <h1>PayPredict</h1>
}
